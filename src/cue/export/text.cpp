// SPDX-License-Identifier: Apache-2.0
#include "cue/export/text.h"

#include "cue/builtin/toml_text.h"
#include "cue/builtin/yaml_text.h"
#include "cue/eval/call.h"
#include "cue/session_impl.h"

namespace puppis::cue {

namespace {

/// `write` applied to the value as data of the standard library.
template <typename Write>
Result<std::string> textOf(const Value& value, Write write) {
  if (!value.exists()) return fail(ErrorCode::NotFound, "value does not exist");
  eval::Context& ctx = value.session()->impl().ctx;
  eval::Bottom* failure = nullptr;
  std::optional<Result<std::string>> out;
  guarded(ctx, false, [&] {
    ctx.finalize(value.vertex());
    builtin::Value data;
    if (!eval::dataOf(ctx, value.vertex(), data, failure)) return false;
    out = write(data);
    return true;
  });
  if (ctx.exhausted()) return fail(*ctx.exhausted());
  if (failure != nullptr) return fail(eval::toError(ctx, *failure));
  if (!out) return fail(ErrorCode::Internal, "the value cannot be shown while it is being evaluated");
  return std::move(*out);
}

}  // namespace

Result<std::string> yamlText(const Value& value) {
  return textOf(value,
                [](const builtin::Value& data) -> Result<std::string> { return builtin::yaml::write(data); });
}

Result<std::string> tomlText(const Value& value) {
  return textOf(value, [](const builtin::Value& data) { return builtin::toml::write(data); });
}

}  // namespace puppis::cue
