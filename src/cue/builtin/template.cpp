// SPDX-License-Identifier: Apache-2.0
#include "cue/builtin/packages.h"
#include "cue/builtin/support.h"
#include "cue/builtin/template_tree.h"
#include "cue/builtin/text_escape.h"

// Package text/template.

namespace puppis::cue::builtin {

namespace {

Answer executeTemplate(Call& call, std::string_view source, Any data) {
  auto set = templates::parse(source, call.arena());
  if (!set) return bad(call, set.error().message());
  const Answer value = call.host().data(data.value);
  if (!value.ok()) return value;
  auto out = templates::execute(*set, value.value, call.arena());
  if (!out) return bad(call, out.error().message());
  return text(call, *out);
}

constexpr Function kFunctions[] = {
    function<&executeTemplate>("Execute", kString),
    function<&escapeHtmlTemplate>("HTMLEscape"),
    function<&escapeJavaScript>("JSEscape"),
};

}  // namespace

const Package kTemplatePackage{"text/template", kFunctions, {}, {}};

}  // namespace puppis::cue::builtin
