// SPDX-License-Identifier: Apache-2.0
// room: cue
// What is formatted can be read again, means the same, and stays as it is when it is formatted again.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "cue/format/format.h"
#include "cue/syntax/parse.h"

using namespace puppis;
using namespace puppis::cue;

namespace {

/// The tree without places and comments.
void shape(const Node& node, std::string& out) {
  const Node* at = &node;
  while (at->is<ParenExpr>() && static_cast<const ParenExpr*>(at)->x->is<ParenExpr>()) {
    at = static_cast<const ParenExpr*>(at)->x;  // one pair of parentheses is as good as two
  }
  out += nodeKindName(at->kind);
  if (const auto* ident = at->as<Ident>()) out += ident->name;
  if (const auto* binary = at->as<BinaryExpr>()) out += tokenText(binary->op);
  if (const auto* unary = at->as<UnaryExpr>()) out += tokenText(unary->op);
  out += '(';
  forEachChild(*at, [&](const Node& child) { shape(child, out); });
  out += ')';
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ParseOptions options;
  options.maxDepth = 200;
  auto file =
      parse(SourceFile::make("f.cue", std::string(reinterpret_cast<const char*>(data), size)), options);
  if (!file) return 0;
  const auto once = formatSource((*file)->source);
  if (!once) return 0;  // refused, with a reason
  auto again = parse(SourceFile::make("f.cue", *once), options);
  if (!again) {
    std::fprintf(stderr, "formatted text is not CUE: %s\n%s\n", again.error().str().c_str(), once->c_str());
    std::abort();
  }
  std::string before;
  std::string after;
  shape(**file, before);
  shape(**again, after);
  if (before != after) {
    std::fprintf(stderr, "formatting changed the meaning:\n%s\n%s\n%s\n", once->c_str(), before.c_str(),
                 after.c_str());
    std::abort();
  }
  const auto twice = formatSource((*again)->source);
  if (!twice || *twice != *once) {
    std::fprintf(stderr, "formatting is not stable:\n%s\n---\n%s\n", once->c_str(),
                 twice ? twice->c_str() : "refused");
    std::abort();
  }
  return 0;
}
