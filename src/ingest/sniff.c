/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* memmem */
#include "ingest/sniff.h"

#include "ingest/gunzip.h"

enum bnc_container bnc_sniff_container(struct bnc_span head)
{
    const unsigned char *p = (const unsigned char *)head.at;

    if (head.len >= 18 && bnc_gzip_is_header(head) && p[3] == 4 && p[12] == 'B' && p[13] == 'C' &&
        p[14] == 2 && p[15] == 0)
        return BNC_CONTAINER_BGZF;
    if (head.len >= 2 && p[0] == 0x1f && p[1] == 0x8b)
        return BNC_CONTAINER_GZIP;
    if (head.len >= 4 &&
        (memcmp(p, "\x28\xb5\x2f\xfd", 4) == 0 ||
         ((p[0] & 0xf0) == 0x50 && memcmp(p + 1, "\x2a\x4d\x18", 3) == 0))) /* a skippable frame */
        return BNC_CONTAINER_ZSTD;
    if (head.len >= 4 && (memcmp(p, "PK\3\4", 4) == 0 || memcmp(p, "PK\5\6", 4) == 0 ||
                          memcmp(p, "PK\7\10", 4) == 0))
        return BNC_CONTAINER_ZIP;
    return BNC_CONTAINER_NONE;
}

#define UNPACK "unpack it first"

static const struct magic {
    size_t off, len;
    const char *bytes;
    struct bnc_refusal refusal;
} magics[] = {
    { 0, 5, "%PDF-", { "a PDF document", "export the same data as CSV instead" } },
    { 0,
      8,
      "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
      { "an old Excel workbook (XLS)", "open it in a spreadsheet and save it as CSV UTF-8" } },
    { 0,
      6,
      "\xfd"
      "7zXZ\0",
      { "xz data", "decompress it first: xz -d FILE" } },
    { 0, 3, "BZh", { "bzip2 data", "decompress it first: bunzip2 FILE" } },
    { 0, 4, "\x04\x22\x4d\x18", { "lz4 data", "decompress it first: lz4 -d FILE" } },
    { 0, 6, "7z\xbc\xaf\x27\x1c", { "a 7-Zip archive", UNPACK } },
    { 0, 6, "Rar!\x1a\x07", { "a RAR archive", UNPACK } },
    { 257, 5, "ustar", { "a tar archive", UNPACK } },
    { 0,
      8,
      "BNCSTATE",
      { "a saved state", "states are put together by: bounce-analyzer merge FILE..." } },
    { 0, 4, "PAR1", { "a Parquet file", "export it as CSV" } },
    { 0, 16, "SQLite format 3", { "an SQLite database", "export the table as CSV" } },
    { 0, 4, "Obj\1", { "an Avro file", "export it as CSV" } },
    { 0, 8, "\x89PNG\r\n\x1a\n", { "a PNG picture", "export the numbers behind it as CSV" } },
    { 0, 3, "\xff\xd8\xff", { "a JPEG picture", "export the numbers behind it as CSV" } },
    { 0, 4, "GIF8", { "a GIF picture", "export the numbers behind it as CSV" } },
    { 0,
      4,
      "\x7f"
      "ELF",
      { "a program", "give it an export instead" } },
    { 0, 3, "\x1f\x8b\x08", { "gzip data inside gzip data", "decompress it once: gunzip FILE" } },
    { 0, 4, "PK\3\4", { "a ZIP archive inside other compressed data", UNPACK } },
    { 0,
      4,
      "\x28\xb5\x2f\xfd",
      { "zstd data inside other compressed data", "decompress it once" } },
};

static const struct bnc_refusal html = {
    "an HTML page", "a login or error page saved by mistake? download the export again, as CSV"
};
static const struct bnc_refusal mail = {
    "a mail message or mailbox",
    "export the bounces from the mail platform as CSV, or let a bounce parser make a table of them"
};
static const struct bnc_refusal mail_log = {
    "a mail server's log",
    "make a CSV of it first, with columns time, recipient, status and response (docs/TUTORIAL.md "
    "has the commands for Postfix and Exim)"
};
static const struct bnc_refusal xml = { "an XML document", "export it as CSV" };

static bool begins(struct bnc_span s, const char *lower)
{
    const size_t len = strlen(lower);

    return s.len >= len && bnc_span_eq_nocase(bnc_span_from(s.at, len), bnc_span_from(lower, len));
}

/* The length of the first line. */
static size_t line_len(struct bnc_span s)
{
    const char *const end = s.len == 0 ? NULL : memchr(s.at, '\n', s.len);

    return end == NULL ? s.len : (size_t)(end - s.at);
}

static struct bnc_span skip_blanks(struct bnc_span s)
{
    while (s.len > 0 && bnc_is_blank(s.at[0])) {
        s.at++;
        s.len--;
    }
    return s;
}

static bool is_html(struct bnc_span s)
{
    static const char *const starts[] = { "<!doctype html", "<html", "<head", "<body", "<table" };

    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (begins(s, starts[i]))
            return true;
    return false;
}

/* A message begins with a header line of mail, a mailbox with "From ". */
static bool is_mail(struct bnc_span s)
{
    static const char *const starts[] = { "return-path: ", "received: from ", "delivered-to: ",
                                          "mime-version: ", "from mailer-daemon" };
    const size_t len = line_len(s);

    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (begins(s, starts[i]))
            return true;
    return begins(s, "from ") && memchr(s.at, '@', len) != NULL && memchr(s.at, ':', len) != NULL;
}

/* "2026-10-05 10:00:03 1tABCE-0001 ** ann@b.example R=dnslookup ...": what happened to a message
 * stands behind its id. */
static bool is_exim_log(struct bnc_span s)
{
    static const char *const arrows[] = { " <= ", " => ", " -> ", " ** ", " == ", " Completed" };
    const size_t clock = sizeof "2026-10-05 10:00:03" - 1;

    if (s.len < clock + 20 || s.at[4] != '-' || s.at[10] != ' ' || s.at[13] != ':')
        return false;
    s = bnc_span_from(s.at + clock, s.len - clock < 50 ? s.len - clock : 50);
    for (size_t i = 0; i < sizeof arrows / sizeof *arrows; i++)
        if (memmem(s.at, s.len, arrows[i], strlen(arrows[i])) != NULL)
            return true;
    return false;
}

/* "Oct  3 10:00:00 mx1 postfix/smtp[123]: ...": who speaks stands before the first comma. */
static bool is_mail_log(struct bnc_span s)
{
    static const char *const programs[] = { " postfix/", " sendmail[", " sm-mta[", " exim[" };
    const char *comma;

    s.len = line_len(s);
    comma = memchr(s.at, ',', s.len);
    if (comma != NULL)
        s.len = (size_t)(comma - s.at);
    if (is_exim_log(s))
        return true;
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        if (s.len > 0 && s.at[0] != '{' &&
            memmem(s.at, s.len, programs[i], strlen(programs[i])) != NULL)
            return true;
    return false;
}

static const struct bnc_refusal *refuse_text(struct bnc_span s)
{
    s = skip_blanks(s);
    if (is_html(s))
        return &html;
    if (begins(s, "<?xml"))
        return &xml;
    if (is_mail(s))
        return &mail;
    if (is_mail_log(s))
        return &mail_log;
    return NULL;
}

const struct bnc_refusal *bnc_sniff_refusal(struct bnc_span head)
{
    enum bnc_encoding encoding;
    const size_t bom = bnc_sniff_bom(head, &encoding);

    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++) {
        const struct magic *m = &magics[i];

        if (head.len >= m->off + m->len && memcmp(head.at + m->off, m->bytes, m->len) == 0)
            return &m->refusal;
    }
    return refuse_text(bnc_span_from(head.at + bom, head.len - bom));
}

static const struct {
    const char *member; /* a prefix */
    struct bnc_refusal refusal;
} documents[] = {
    { "xl/",
      { "an Excel workbook (XLSX)", "open it in a spreadsheet and save each sheet as CSV UTF-8" } },
    { "word/", { "a Word document", "export the table as CSV" } },
    { "ppt/", { "a PowerPoint document", "export the table as CSV" } },
    { "Index/Document.iwa", { "a Numbers or Pages document", "export it as CSV" } },
    { "META-INF/manifest.xml",
      { "an OpenDocument file", "open it in a spreadsheet and save it as CSV UTF-8" } },
};

const struct bnc_refusal *bnc_sniff_zip_document(const char *member)
{
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
        if (strncmp(member, documents[i].member, strlen(documents[i].member)) == 0)
            return &documents[i].refusal;
    return NULL;
}

enum bnc_status bnc_refuse(const struct bnc_refusal *r, const char *name, struct bnc_error *err)
{
    return bnc_error_set(err, BNC_EDATA, "'%s' is %s, not a table; %s", name, r->what, r->way_out);
}

size_t bnc_sniff_bom(struct bnc_span head, enum bnc_encoding *encoding)
{
    if (head.len >= 3 && memcmp(head.at, "\xef\xbb\xbf", 3) == 0) {
        *encoding = BNC_ENCODING_UTF8;
        return 3;
    }
    if (head.len >= 2 && memcmp(head.at, "\xff\xfe", 2) == 0) {
        *encoding = BNC_ENCODING_UTF16LE;
        return 2;
    }
    if (head.len >= 2 && memcmp(head.at, "\xfe\xff", 2) == 0) {
        *encoding = BNC_ENCODING_UTF16BE;
        return 2;
    }
    return 0;
}

/* UTF-16 of mostly ASCII text has a zero in every other byte.  BNC_ENCODING_AUTO: no UTF-16. */
static enum bnc_encoding unmarked_utf16(struct bnc_span head)
{
    const size_t n = (head.len < 512 ? head.len : 512) / 2;
    size_t even = 0, odd = 0;

    for (size_t i = 0; i < n; i++) {
        even += head.at[2 * i] == '\0';
        odd += head.at[2 * i + 1] == '\0';
    }
    if (n >= 2 && odd * 10 > n * 6 && even * 10 < n)
        return BNC_ENCODING_UTF16LE;
    if (n >= 2 && even * 10 > n * 6 && odd * 10 < n)
        return BNC_ENCODING_UTF16BE;
    return BNC_ENCODING_AUTO;
}

/* The length of the valid UTF-8 sequence of 2 to 4 bytes at 'p', 0 if there is none, -1 if the end
 * comes too early. */
static int utf8_sequence(const unsigned char *p, size_t left)
{
    const int len = p[0] >= 0xc2 && p[0] <= 0xdf   ? 2
                    : (p[0] & 0xf0) == 0xe0        ? 3
                    : p[0] >= 0xf0 && p[0] <= 0xf4 ? 4
                                                   : 0;

    for (int i = 1; i < len; i++) {
        if ((size_t)i >= left)
            return -1;
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    }
    if (len >= 3 && ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
                     (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f)))
        return 0; /* overlong, surrogate, beyond Unicode */
    return len;
}

#define MIN_LATIN1_BYTES 3 /* fewer may be damage, but in the header: "Empf\xe4nger" */

/* Eight bytes of ASCII, none of them NUL. */
static bool is_plain8(const unsigned char *p)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t v;

    memcpy(&v, p, sizeof v);
    return (((v - ones) | v) & ones << 7) == 0;
}

static bool is_latin1(struct bnc_span head)
{
    const unsigned char *p = (const unsigned char *)head.at;
    const size_t header = line_len(head);
    size_t bad = 0;

    for (size_t i = 0; i < head.len; i++) {
        while (head.len - i > 8 && is_plain8(p + i))
            i += 8;
        if (p[i] == 0)
            return false;
        if (p[i] < 0x80)
            continue;
        switch (utf8_sequence(p + i, head.len - i)) {
        case 0:
            bad += i < header ? MIN_LATIN1_BYTES : 1;
            break;
        case -1:
            return bad >= MIN_LATIN1_BYTES;
        default:
            return false;
        }
    }
    return bad >= MIN_LATIN1_BYTES;
}

enum bnc_encoding bnc_sniff_encoding(struct bnc_span head)
{
    enum bnc_encoding encoding = BNC_ENCODING_AUTO;

    if (bnc_sniff_bom(head, &encoding) > 0)
        return encoding;
    encoding = unmarked_utf16(head);
    if (encoding != BNC_ENCODING_AUTO)
        return encoding;
    return is_latin1(head) ? BNC_ENCODING_LATIN1 : BNC_ENCODING_UTF8;
}
