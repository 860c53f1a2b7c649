/* SPDX-License-Identifier: MIT */
#include "util/sha256.h"

/*
 * The first 32 bits of the fractions of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2).
 */
static const uint32_t round_constant[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
};

static uint32_t rotate(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

static void expand(uint32_t w[64], const unsigned char block[64])
{
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
               (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        const uint32_t a = w[i - 15], b = w[i - 2];

        w[i] = w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[i - 7] +
               (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
    }
}

static void compress(uint32_t h[8], const unsigned char block[64])
{
    uint32_t w[64], v[8];

    expand(w, block);
    memcpy(v, h, sizeof v);
    for (int i = 0; i < 64; i++) {
        const uint32_t s1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25);
        const uint32_t s0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22);
        const uint32_t t1 = v[7] + s1 + ((v[4] & v[5]) ^ (~v[4] & v[6])) + round_constant[i] + w[i];
        const uint32_t t2 = s0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));

        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        h[i] += v[i];
}

static const uint32_t start[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                   0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

/* The tail of the message, a one bit, zeros, and the length in bits: one block or two. */
static size_t pad(unsigned char last[128], struct bnc_span s, uint64_t n_before)
{
    const size_t left = s.len % 64, size = left < 56 ? 64 : 128;
    const uint64_t bits = (n_before + s.len) * 8;

    memset(last, 0, 128);
    if (left > 0)
        memcpy(last, s.at + s.len - left, left);
    last[left] = 0x80;
    for (int i = 0; i < 8; i++)
        last[size - 1 - (size_t)i] = (unsigned char)(bits >> 8 * i);
    return size;
}

/* The rest of a message of which 'n_before' bytes, whole blocks, are in 'before'. */
static void finish(const uint32_t before[8], uint64_t n_before, struct bnc_span s,
                   unsigned char digest[BNC_SHA256_BYTES])
{
    unsigned char last[128];
    const size_t n_last = pad(last, s, n_before);
    uint32_t h[8];

    memcpy(h, before, sizeof h);
    for (size_t i = 0; i + 64 <= s.len; i += 64)
        compress(h, (const unsigned char *)s.at + i);
    for (size_t i = 0; i < n_last; i += 64)
        compress(h, last + i);
    for (int i = 0; i < BNC_SHA256_BYTES; i++)
        digest[i] = (unsigned char)(h[i / 4] >> (24 - 8 * (i % 4)));
}

void bnc_sha256(struct bnc_span s, unsigned char digest[BNC_SHA256_BYTES])
{
    finish(start, 0, s, digest);
}

void bnc_hmac_key_make(struct bnc_hmac_key *key, struct bnc_span secret)
{
    unsigned char block[64] = { 0 }, padded[64];

    if (secret.len > sizeof block)
        bnc_sha256(secret, block);
    else
        memcpy(block, secret.at, secret.len);
    for (size_t i = 0; i < sizeof block; i++)
        padded[i] = block[i] ^ 0x36;
    memcpy(key->inner, start, sizeof start);
    compress(key->inner, padded);
    for (size_t i = 0; i < sizeof block; i++)
        padded[i] = block[i] ^ 0x5c;
    memcpy(key->outer, start, sizeof start);
    compress(key->outer, padded);
}

void bnc_hmac_sha256(const struct bnc_hmac_key *key, struct bnc_span s,
                     unsigned char digest[BNC_SHA256_BYTES])
{
    unsigned char inner[BNC_SHA256_BYTES];

    finish(key->inner, 64, s, inner);
    finish(key->outer, 64, bnc_span_from((const char *)inner, sizeof inner), digest);
}

void bnc_sha256_base64(struct bnc_span s, char text[BNC_SHA256_BASE64])
{
    static const char letter[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char d[BNC_SHA256_BYTES + 1] = { 0 }; /* 33 bytes: eleven groups of three */
    char *out = text;

    bnc_sha256(s, d);
    for (int i = 0; i < 33; i += 3) {
        const uint32_t g = (uint32_t)d[i] << 16 | (uint32_t)d[i + 1] << 8 | d[i + 2];

        for (int k = 3; k >= 0; k--)
            *out++ = letter[g >> 6 * k & 63];
    }
    out[-1] = '='; /* the 33rd byte is not ours */
    *out = '\0';
}
