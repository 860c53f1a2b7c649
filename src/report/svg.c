/* SPDX-License-Identifier: MIT */
#include "report/svg.h"

#include <math.h>

static void put(struct bnc_page *p, const char *name, double x)
{
    bnc_buf_printf(p->out, " %s=\"", name);
    bnc_fixed_put(p->out, x, 1);
    if (p->out->len > 2 && !p->out->failed && memcmp(p->out->at + p->out->len - 2, ".0", 2) == 0)
        p->out->len -= 2;
    bnc_buf_putc(p->out, '"');
}

static void put_class(struct bnc_page *p, const char *class)
{
    if (*class != '\0')
        bnc_buf_printf(p->out, " class=\"%s\"", class);
}

void bnc_svg_rect(struct bnc_page *p, double x, double y, double w, double h, const char *class)
{
    if (w <= 0 || h <= 0)
        return;
    bnc_buf_puts(p->out, "<rect");
    put(p, "x", x);
    put(p, "y", y);
    put(p, "width", w);
    put(p, "height", h);
    put_class(p, class);
    bnc_buf_puts(p->out, "/>");
}

void bnc_svg_line(struct bnc_page *p, double x1, double y1, double x2, double y2, const char *class)
{
    bnc_buf_puts(p->out, "<line");
    put(p, "x1", x1);
    put(p, "y1", y1);
    put(p, "x2", x2);
    put(p, "y2", y2);
    put_class(p, class);
    bnc_buf_puts(p->out, "/>");
}

void bnc_svg_dot(struct bnc_page *p, double x, double y, double r, const char *class)
{
    bnc_buf_puts(p->out, "<circle");
    put(p, "cx", x);
    put(p, "cy", y);
    put(p, "r", r);
    put_class(p, class);
    bnc_buf_puts(p->out, "/>");
}

static void open_text(struct bnc_page *p, double x, double y, const char *class)
{
    bnc_buf_puts(p->out, "<text");
    put(p, "x", x);
    put(p, "y", y);
    put_class(p, class);
    bnc_buf_putc(p->out, '>');
}

void bnc_svg_text(struct bnc_page *p, double x, double y, const char *class, struct bnc_span s,
                  unsigned max_width)
{
    open_text(p, x, y, class);
    bnc_html_text(p, s, max_width);
    bnc_buf_puts(p->out, "</text>");
}

void bnc_svg_count(struct bnc_page *p, double x, double y, const char *class, uint64_t n)
{
    open_text(p, x, y, class);
    bnc_html_count(p, n);
    bnc_buf_puts(p->out, "</text>");
}

void bnc_svg_limit(struct bnc_page *p, double x, double y, const char *class, double share)
{
    open_text(p, x, y, class);
    bnc_limit_put(p->out, share);
    bnc_buf_puts(p->out, "</text>");
}

void bnc_svg_percent(struct bnc_page *p, double x, double y, const char *class, double share)
{
    open_text(p, x, y, class);
    bnc_html_percent(p, share);
    bnc_buf_puts(p->out, "</text>");
}

void bnc_svg_part(struct bnc_buf *axes, size_t shown, size_t all, const char *what)
{
    if (shown == all)
        return;
    bnc_buf_puts(axes, "; ");
    bnc_count_put(axes, shown, ',');
    bnc_buf_puts(axes, " of ");
    bnc_count_put(axes, all, ',');
    bnc_buf_printf(axes, " %s", what);
}

void bnc_svg_open(struct bnc_page *p, const char *id, const struct bnc_buf *title,
                  const struct bnc_buf *axes, double height)
{
    bnc_buf_puts(p->out, "<figure class=\"chart\">\n<figcaption><h3>");
    bnc_html_text(p, bnc_buf_span(title), 0);
    bnc_buf_puts(p->out, "</h3><p>");
    bnc_html_text(p, bnc_buf_span(axes), 0);
    bnc_buf_puts(p->out, "</p></figcaption>\n<div class=\"scroll\" tabindex=\"0\" "
                         "role=\"region\" aria-label=\"Chart: ");
    bnc_html_text(p, bnc_buf_span(title), 0);
    bnc_buf_printf(p->out, "\">\n<svg class=\"draw\" viewBox=\"0 0 %d ", BNC_SVG_WIDTH);
    bnc_fixed_put(p->out, height, 0);
    bnc_buf_printf(p->out, "\" role=\"img\" aria-labelledby=\"c-%s\"><title id=\"c-%s\">", id, id);
    bnc_html_text(p, bnc_buf_span(title), 0);
    bnc_buf_puts(p->out, "</title>\n");
}

void bnc_svg_close(struct bnc_page *p, const char *table, void (*legend)(struct bnc_page *p))
{
    bnc_buf_puts(p->out, "\n</svg></div>\n");
    if (legend != NULL)
        legend(p);
    bnc_buf_printf(p->out,
                   "<p class=\"data\"><a href=\"#t-%s\">The numbers as a table</a></p></figure>\n",
                   table);
}

double bnc_svg_step(double max, unsigned n)
{
    double step = max > 0 ? pow(10, floor(log10(max / n))) : 1;

    if (max / step > n * 5.0)
        step *= 10;
    else if (max / step > n * 2.0)
        step *= 5;
    else if (max / step > n * 1.0)
        step *= 2;
    return step;
}
