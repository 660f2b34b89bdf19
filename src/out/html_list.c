/* html_list.c - see html_list.h. */
#include "out/html_list.h"

#include "base/escape.h"
#include "out/notices.h"

void html_number(struct buf *out, uint64_t n)
{
    char text[COUNT_TEXT];
    buf_str(out, count_text(n, text));
}

void html_number_cell(struct buf *out, uint64_t n)
{
    buf_str(out, "<td class=\"num\">");
    html_number(out, n);
    buf_str(out, "</td>");
}

void html_text_cell(struct buf *out, struct slice s)
{
    buf_str(out, "<td>");
    escape_html(s, out);
    buf_str(out, "</td>");
}

void html_fold_end(struct buf *out, uint64_t left_out)
{
    buf_str(out, "</tbody></table>");
    if (left_out > 0) {
        buf_str(out, "<p>and ");
        html_number(out, left_out);
        buf_str(out, " more</p>");
    }
    buf_str(out, "</div></details>\n");
}

void html_fold(struct buf *out, const char *title, uint64_t n, const char *head)
{
    buf_printf(out, "<details class=\"more\"><summary>%s <span class=\"n\">", title);
    html_number(out, n);
    buf_printf(
        out, "</span></summary><div><table class=\"list\">\n<thead><tr>%s</tr></thead>\n<tbody>\n",
        head);
}
