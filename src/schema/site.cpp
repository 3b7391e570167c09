// SPDX-License-Identifier: Apache-2.0
#include "schema/site.h"

#include <utility>

#include "base/markup.h"
#include "base/strings.h"
#include "data/json.h"

namespace puppis::schema {

namespace {

constexpr std::string_view kStyle =
    R"(:root { color-scheme: light dark; --ink: #1c2733; --paper: #fff; --line: #d5dce4;
  --soft: #f3f6f9; --link: #0b62b8; }
@media (prefers-color-scheme: dark) { :root { --ink: #dfe6ee; --paper: #12181f; --line: #2d3947; --soft: #1a222c; --link: #6db3f5; } }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--paper); font: 16px/1.55 system-ui, sans-serif; }
header { padding: .8rem 1.5rem; border-bottom: 1px solid var(--line); }
header a { font-weight: 600; }
main { max-width: 70rem; margin: 0 auto; padding: 1rem 1.5rem 4rem; }
a { color: var(--link); text-decoration: none; }
a:hover, a:focus { text-decoration: underline; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); }
code, pre { font: .9em/1.5 ui-monospace, monospace; }
pre { background: var(--soft); padding: .8rem 1rem; overflow-x: auto; border-radius: 4px; }
.scroll { overflow-x: auto; }
input[type=search] { width: 100%; padding: .6rem .8rem; font: inherit; color: inherit; background: var(--soft);
  border: 1px solid var(--line); border-radius: 4px; }
ul.index { list-style: none; padding: 0; }
ul.index li { padding: .3rem 0; }
.kind { opacity: .7; font-size: .85em; }
.hits { margin: .5rem 0; min-height: 1.5em; }
)";

constexpr std::string_view kSearch = R"('use strict';
// Shows only the entries that hold every word of the query in their name, description or parameters.
const field = document.getElementById('search');
const entries = [...document.querySelectorAll('li[data-text]')];
const hits = document.getElementById('hits');
function apply() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const entry of entries) {
    const fits = words.every((word) => entry.dataset.text.includes(word));
    entry.hidden = !fits;
    if (fits) shown += 1;
  }
  for (const section of document.querySelectorAll('section[data-kind]')) {
    section.hidden = !section.querySelector('li:not([hidden])');
  }
  hits.textContent = words.length ? shown + ' of ' + entries.length + ' definitions' : '';
  history.replaceState(null, '', words.length ? '?q=' + encodeURIComponent(field.value) : location.pathname);
}
field.addEventListener('input', apply);
field.value = new URLSearchParams(location.search).get('q') || '';
apply();
)";

constexpr std::pair<std::string_view, std::string_view> kKinds[] = {{"component", "Components"},
                                                                    {"trait", "Traits"},
                                                                    {"policy", "Policies"},
                                                                    {"workflow-step", "Workflow steps"}};

std::string page(std::string_view title, std::string_view up, std::string_view body) {
  std::string out =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" ";
  out += "content=\"width=device-width, initial-scale=1\">\n<title>" + escapeMarkup(title) + "</title>\n";
  out += "<link rel=\"stylesheet\" href=\"" + std::string(up) +
         "style.css\">\n</head>\n<body>\n<header><a href=\"" + std::string(up) +
         "index.html\">Puppis reference</a></header>\n<main>\n";
  out += body;
  return out + "</main>\n</body>\n</html>\n";
}

std::string typeCell(const ReferenceRow& row) {
  if (row.link.empty()) return "<code>" + escapeMarkup(row.type) + "</code>";
  std::string anchor = "(#" + anchorOf(row.link) + ")";
  std::string shown = replaceAll(row.type, anchor, "");
  return "<a href=\"#" + escapeMarkup(anchorOf(row.link)) + "\"><code>" + escapeMarkup(shown) + "</code></a>";
}

std::string tableHtml(const ReferenceTable& table) {
  std::string level = std::to_string(std::min(table.depth + 1, 6));
  std::string out = "<h" + level + " id=\"" + escapeMarkup(anchorOf(table.heading)) + "\">" +
                    escapeMarkup(table.heading) + "</h" + level +
                    ">\n<div class=\"scroll\"><table>\n<thead><tr><th>Name</th><th>Description</th>" +
                    "<th>Type</th><th>Required</th><th>Default</th></tr></thead>\n<tbody>\n";
  for (const ReferenceRow& r : table.rows) {
    out += "<tr><td><code>" + escapeMarkup(r.name) + "</code></td><td>" + escapeMarkup(r.description) +
           "</td><td>" + typeCell(r) + "</td><td>" + (r.required ? "yes" : "no") + "</td><td>" +
           (r.standard.empty() ? "" : "<code>" + escapeMarkup(r.standard) + "</code>") + "</td></tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string definitionPage(const Reference& r) {
  std::string body = "<h1>" + escapeMarkup(r.name) + " <span class=\"kind\">" + escapeMarkup(r.kind) +
                     "</span></h1>\n<p>" + escapeMarkup(r.description) + "</p>\n";
  if (!r.appliesTo.empty()) {
    body += "<p>Applies to: ";
    for (std::size_t i = 0; i < r.appliesTo.size(); ++i) {
      body += (i == 0 ? "" : ", ") + ("<code>" + escapeMarkup(r.appliesTo[i]) + "</code>");
    }
    body += "</p>\n";
  }
  for (const ReferenceTable& table : r.tables) body += tableHtml(table);
  if (r.tables.empty()) body += "<p>Takes no parameters.</p>\n";
  if (!r.examples.empty()) body += "<h2 id=\"examples\">Examples</h2>\n";
  for (const std::string& e : r.examples) body += "<pre><code>" + escapeMarkup(trim(e)) + "</code></pre>\n";
  return page(r.name + " - Puppis reference", "../", body);
}

std::string searchText(const Reference& r) {
  std::string text = r.name + " " + r.kind + " " + r.description;
  for (const ReferenceTable& table : r.tables) {
    for (const ReferenceRow& row : table.rows) text += " " + row.name + " " + row.description;
  }
  return toLower(text);
}

}  // namespace

std::map<std::string, std::string> referenceSite(const std::vector<Reference>& references) {
  std::map<std::string, std::string> out;
  out["style.css"] = kStyle;
  out["search.js"] = kSearch;
  std::string index =
      "<h1>Definitions</h1>\n<label for=\"search\">Search names, descriptions and parameters</label>\n"
      "<input type=\"search\" id=\"search\" autofocus>\n<p class=\"hits\" id=\"hits\" role=\"status\"></p>\n";
  data::Value list = data::Value::array();
  for (const auto& [kind, title] : kKinds) {
    std::string items;
    for (const Reference& r : references) {
      if (r.kind != kind) continue;
      std::string path = r.kind + "/" + r.name + ".html";
      items += "<li data-text=\"" + escapeMarkup(searchText(r)) + "\"><a href=\"" + escapeMarkup(path) +
               "\">" + escapeMarkup(r.name) + "</a> " + escapeMarkup(r.description) + "</li>\n";
      out[path] = definitionPage(r);
      list.push(referenceJson(r));
    }
    if (items.empty()) continue;
    index += "<section data-kind=\"" + std::string(kind) + "\"><h2>" + std::string(title) +
             "</h2>\n<ul class=\"index\">\n" + items + "</ul></section>\n";
  }
  index += "<script src=\"search.js\"></script>\n";
  out["index.html"] = page("Puppis reference", "", index);
  out["reference.json"] =
      data::toJson(data::Value::object({{"definitions", std::move(list)}}), {.indent = 2});
  return out;
}

}  // namespace puppis::schema
