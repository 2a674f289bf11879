/* report_page.c - the frame of a report: style, script, what they may do */
#include "cli/report.h"

#include <stdint.h>
#include <string.h>

#include "base/sha256.h"
#include "cli/markup.h"
#include "cli/picture.h"

static const char style[] =
    "figure{margin:1em 0}figure img{max-width:100%;height:auto}\n"
    ":root{color-scheme:light dark;--paper:#fff;--ink:#1d2733;--soft:#5b6b7c;"
    "--card:#f6f8fa;--edge:#dbe2ea;--link:#1f5fc4;--ok:#2e9e5b;"
    "--cached:#2a9fb8;--run:#2f6fde;--bad:#d23f3f;--wait:#8996a4;"
    "--skip:#a39e86}\n"
    "@media (prefers-color-scheme:dark){:root{--paper:#10161d;--ink:#e6edf3;"
    "--soft:#9fb0c0;--card:#18212b;--edge:#2c3845;--link:#7fb0ff;"
    "--ok:#3fb56f;--cached:#35b4cf;--run:#5b93f5;--bad:#f06a6a;"
    "--wait:#7a8896;--skip:#8d8870}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 "
    "system-ui,-apple-system,\"Segoe UI\",Roboto,\"DejaVu Sans\",sans-serif}\n"
    "header,main,footer{max-width:1240px;margin:0 auto;padding:0 24px}\n"
    "header{padding-top:32px}\n"
    "h1{font-size:30px;line-height:1.2;margin:0 0 4px}\n"
    "h2{font-size:20px;margin:0 0 4px}\n"
    "h3{font-size:15px;margin:16px 0 4px}\n"
    ".about,.doc,footer{color:var(--soft);margin:0 0 12px}\n"
    "section{margin:36px 0}\n"
    "code,pre,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,"
    "\"DejaVu Sans Mono\",monospace;font-size:13px}\n"
    "nav{display:flex;flex-wrap:wrap;gap:4px 18px;margin:20px 0 0;"
    "padding:10px 0;border-bottom:1px solid var(--edge)}\n"
    "a{color:var(--link);text-decoration:none}a:hover{text-decoration:"
    "underline}\n"
    ".badge{display:inline-block;padding:2px 10px;border-radius:99px;"
    "color:#fff;font-size:13px;font-weight:600;vertical-align:middle}\n"
    ".dot{display:inline-block;width:9px;height:9px;border-radius:50%;"
    "margin-right:7px}\n"
    ".b-ok{background:var(--ok)}.b-cached{background:var(--cached)}"
    ".b-run{background:var(--run)}.b-bad{background:var(--bad)}"
    ".b-wait{background:var(--wait)}.b-skip{background:var(--skip)}\n"
    ".tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(148px,"
    "1fr));gap:12px;margin:22px 0}\n"
    ".tile{background:var(--card);border:1px solid var(--edge);"
    "border-radius:10px;padding:12px 14px}\n"
    ".tile b{display:block;font-size:21px;line-height:1.25}\n"
    ".tile span{color:var(--soft);font-size:13px}\n"
    ".facts{display:grid;grid-template-columns:max-content 1fr;gap:3px 18px;"
    "margin:16px 0}\n"
    ".facts dt{color:var(--soft)}.facts dt::first-letter{"
    "text-transform:uppercase}.facts dd{margin:0;overflow-wrap:anywhere}\n"
    ".wide{overflow-x:auto;border:1px solid var(--edge);border-radius:10px;"
    "background:var(--paper)}\n"
    ".chart{padding:12px}.chart svg{display:block;max-width:100%;"
    "height:auto}\n"
    "table{border-collapse:collapse;width:100%;font-size:14px}\n"
    "th,td{padding:6px 12px;text-align:left;border-bottom:1px solid "
    "var(--edge);vertical-align:top}\n"
    "tr:last-child td{border-bottom:0}\n"
    "th{background:var(--card);font-weight:600;white-space:nowrap}\n"
    "th[tabindex]{cursor:pointer}\n"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;"
    "white-space:nowrap}\n"
    "td.name{font-weight:600}td.text{overflow-wrap:anywhere}\n"
    "pre{margin:0;padding:12px;overflow:auto;max-height:420px;"
    "background:var(--card);border:1px solid var(--edge);"
    "border-radius:8px;white-space:pre-wrap;overflow-wrap:anywhere}\n"
    "details{margin:8px 0}summary{cursor:pointer}\n"
    ".failure{border:1px solid var(--edge);border-left:4px solid var(--bad);"
    "border-radius:8px;padding:12px 16px;margin:12px 0}\n"
    ".failure p{margin:4px 0}.reason{color:var(--bad);font-weight:600;"
    "overflow-wrap:anywhere}\n"
    ".legend{display:flex;flex-wrap:wrap;gap:2px 16px;color:var(--soft);"
    "font-size:13px;margin:8px 0}\n"
    "input[type=search]{width:100%;max-width:420px;padding:8px 12px;"
    "margin:0 0 10px;border:1px solid var(--edge);border-radius:8px;"
    "background:var(--card);color:var(--ink);font:inherit}\n"
    ".axis{fill:var(--soft);font-size:11px}.grid{stroke:var(--edge)}\n"
    ".bit{stroke:var(--paper);stroke-width:1}"
    ".in{fill:#fff;font-size:10px;pointer-events:none}\n"
    ".k-bad{stroke:var(--bad);stroke-width:2.5}\n"
    ".k-run{opacity:.6}\n"
    ".bar{height:9px;border-radius:3px;background:var(--edge);min-width:120px;"
    "display:flex;overflow:hidden;margin-top:6px}.bar i{display:block;"
    "height:100%}\n"
    ".c0{fill:#4c78d0;background:#4c78d0}.c1{fill:#e08a2e;background:#e08a2e}"
    ".c2{fill:#3aa68c;background:#3aa68c}.c3{fill:#a05fc4;background:#a05fc4}"
    ".c4{fill:#c9a227;background:#c9a227}.c5{fill:#5fa6d9;background:#5fa6d9}"
    ".c6{fill:#d9699b;background:#d9699b}.c7{fill:#7d9b3c;background:#7d9b3c}"
    ".c8{fill:#8c6d5a;background:#8c6d5a}.c9{fill:#5560a8;background:#5560a8}"
    ".c10{fill:#2f8f4f;background:#2f8f4f}"
    ".c11{fill:#8996a4;background:#8996a4}\n"
    "@media print{nav,input[type=search]{display:none}"
    "section{break-inside:avoid-page}pre{max-height:none}}\n";

/* Only makes things easier: without it everything is there to be read. */
static const char script[] =
    "'use strict';\n"
    "for(const box of document.querySelectorAll('input[type=search]')){\n"
    " box.hidden=false;\n"
    " const rows=document.querySelectorAll('#'+box.dataset.rows+' tbody tr');\n"
    " box.addEventListener('input',()=>{\n"
    "  const words=box.value.toLowerCase().split(/\\s+/);\n"
    "  for(const row of rows){\n"
    "   const text=row.textContent.toLowerCase();\n"
    "   row.hidden=!words.every(w=>text.includes(w));\n"
    "  }\n"
    " });\n"
    "}\n"
    "for(const table of document.querySelectorAll('table.sort')){\n"
    " const body=table.tBodies[0];\n"
    " const key=(row,i)=>{const c=row.cells[i];return 'key' in c.dataset?\n"
    "  parseFloat(c.dataset.key):c.textContent;};\n"
    " [...table.tHead.rows[0].cells].forEach((head,i)=>{\n"
    "  let down=false;\n"
    "  const sort=()=>{\n"
    "   down=!down;\n"
    "   const rows=[...body.rows];\n"
    "   rows.sort((a,b)=>{const x=key(a,i),y=key(b,i);\n"
    "    const c=typeof x==='number'?x-y:x.localeCompare(y,undefined,\n"
    "     {numeric:true});return down?c:-c;});\n"
    "   body.append(...rows);\n"
    "   for(const h of table.tHead.rows[0].cells)\n"
    "    h.removeAttribute('aria-sort');\n"
    "   head.setAttribute('aria-sort',down?'ascending':'descending');\n"
    "  };\n"
    "  head.tabIndex=0;\n"
    "  head.addEventListener('click',sort);\n"
    "  head.addEventListener('keydown',e=>{if(e.key==='Enter')sort();});\n"
    " });\n"
    "}\n";

/* --- pieces --------------------------------------------------------------- */

void ft_report_open(struct ft_report *r, const char *id, const char *title,
                    const char *about)
{
    ft_str_addf(r->out, "<section id=\"%s\">\n<h2>%s</h2>\n", id, title);
    if (about)
        ft_str_addf(r->out, "<p class=\"about\">%s</p>\n", about);
}

void ft_report_close(struct ft_report *r)
{
    ft_str_add(r->out, "</section>\n");
}

void ft_report_cell(struct ft_report *r, const char *text)
{
    ft_str_add(r->out, "<td>");
    ft_markup_text(r->out, text);
    ft_str_add(r->out, "</td>");
}

void ft_report_number(struct ft_report *r, const char *text, double key)
{
    ft_str_addf(r->out, "<td class=\"n\" data-key=\"%.9g\">", key);
    ft_markup_text(r->out, text);
    ft_str_add(r->out, "</td>");
}

/* --- the page ------------------------------------------------------------- */

void ft_report_base64(struct ft_str *out, const void *data, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqr"
                                 "stuvwxyz0123456789+/";
    const uint8_t *bytes = data;

    for (size_t i = 0; i < len; i += 3) {
        uint32_t n = (uint32_t)bytes[i] << 16;

        n |= i + 1 < len ? (uint32_t)bytes[i + 1] << 8 : 0;
        n |= i + 2 < len ? bytes[i + 2] : 0;
        ft_str_addc(out, digits[n >> 18]);
        ft_str_addc(out, digits[n >> 12 & 63]);
        ft_str_addc(out, i + 1 < len ? digits[n >> 6 & 63] : '=');
        ft_str_addc(out, i + 2 < len ? digits[n & 63] : '=');
    }
}

/* The one script is named by its digest; nothing is loaded from anywhere:
 * pictures are in the page. */
static void add_policy(struct ft_str *out)
{
    uint8_t digest[FT_SHA256_BYTES];

    ft_sha256(script, strlen(script), digest);
    ft_str_add(out, "<meta http-equiv=\"Content-Security-Policy\" "
                    "content=\"default-src 'none'; style-src 'unsafe-inline'; "
                    "script-src 'sha256-");
    ft_report_base64(out, digest, sizeof(digest));
    ft_str_add(out, "'; img-src data:; base-uri 'none'; form-action 'none'\">"
                    "\n");
}

static const struct {
    const char *id, *title;
    void (*add)(struct ft_report *report);
} sections[] = {
    { "failures", "Failures", ft_report_failures },
    { "graph", "Stages", ft_report_graph },
    { "pictures", "Pictures", ft_report_pictures },
    { "time", "Time line", ft_report_time },
    { "path", "Critical path", ft_report_path },
    { "statistics", "Statistics", ft_report_stages },
    { "reuse", "Reuse", ft_report_reuse },
    { "results", "Results", ft_report_results },
    { "settings", "Settings", ft_report_settings },
    { "tasks", "Tasks", ft_report_tasks },
};

/* Sections that have nothing to say are not there, and not in the list. */
static void add_sections(struct ft_report *r)
{
    struct ft_str body = FT_STR_INIT, *page = r->out;

    ft_str_add(page, "<nav aria-label=\"Sections\">\n");
    r->out = &body;
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
        size_t before = body.len;

        sections[i].add(r);
        if (body.len > before)
            ft_str_addf(page, "<a href=\"#%s\">%s</a>\n", sections[i].id,
                        sections[i].title);
    }
    r->out = page;
    ft_str_add(page, "</nav>\n</header>\n<main>\n");
    ft_str_addn(page, body.s, body.len);
    ft_str_add(page, "</main>\n");
    ft_str_release(&body);
}

void ft_report_page(struct ft_report *r)
{
    struct ft_str *out = r->out;

    ft_str_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                    "<meta charset=\"utf-8\">\n");
    add_policy(out);
    ft_str_add(out, "<meta name=\"viewport\" content=\"width=device-width, "
                    "initial-scale=1\">\n<title>");
    ft_markup_text(out, r->run->plan->wf->name);
    ft_str_addf(out, " – run %s</title>\n<style>\n%s%s</style>\n</head>\n"
                     "<body>\n<header>\n", r->run->id, style,
                ft_picture_style);
    ft_report_head(r);
    add_sections(r);
    ft_str_addf(out, "<footer><p>Made by fedtwin %s from the journal of the "
                     "run.  The page is whole in itself: it loads nothing."
                     "</p></footer>\n<script>%s</script>\n</body>\n</html>\n",
                PACKAGE_VERSION, script);
}
