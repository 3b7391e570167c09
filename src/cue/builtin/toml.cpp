// SPDX-License-Identifier: Apache-2.0
#include "cue/builtin/packages.h"
#include "cue/builtin/support.h"
#include "cue/builtin/toml_text.h"

// Package encoding/toml.

namespace puppis::cue::builtin {

namespace {

Answer marshal(Call& call, Any value) {
  Answer data = call.host().data(value.value);
  if (!data.ok()) return data;
  auto out = toml::write(data.value);
  if (!out) return bad(call, out.error().message());
  return text(call, *out);
}

Answer unmarshal(Call& call, Bytes data) {
  auto value = toml::read(data.data, call.arena());
  if (!value) return bad(call, value.error().message());
  return *value;
}

constexpr Function kFunctions[] = {
    function<&marshal>("Marshal", kString),
    function<&unmarshal>("Unmarshal"),
};

}  // namespace

const Package kTomlPackage{"encoding/toml", kFunctions, {}, {}};

}  // namespace puppis::cue::builtin
