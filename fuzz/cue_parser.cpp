// SPDX-License-Identifier: Apache-2.0
// room: cue
// Any text is parsed or refused; a tree's nodes lie within the text and within their parents.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "cue/syntax/parse.h"

using namespace puppis;
using namespace puppis::cue;

namespace {

void check(const Node& node, std::size_t size) {
  if (node.pos.hasOffset() && (node.pos.offset > size || node.end < node.pos.offset || node.end > size))
    std::abort();
  forEachChild(node, [&](const Node& child) {
    if (child.pos.hasOffset() && node.pos.hasOffset() && child.pos.offset < node.pos.offset) std::abort();
    check(child, size);
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ParseOptions options;
  options.maxDepth = 300;
  const auto source = SourceFile::make("f.cue", std::string(reinterpret_cast<const char*>(data), size));
  if (const auto file = parse(source, options)) {
    check(**file, size);
  } else if (file.error().message().empty()) {
    std::abort();
  }
  (void)parseExpression(source, options);
  return 0;
}
