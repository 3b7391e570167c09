// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include <tl/expected.hpp>

#include "base/error.h"

namespace puppis {

/// A value or the Error that kept it from being made. Never dropped silently: tl::expected is [[nodiscard]]
/// here through the functions that return it.
template <typename T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

/// For `return fail(ErrorCode::NotFound, "...")` and `return fail(error)`.
inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}
inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error(code, std::move(message)));
}

}  // namespace puppis

#define PUPPIS_CAT_(a, b) a##b
#define PUPPIS_CAT(a, b) PUPPIS_CAT_(a, b)
/// TRY(auto x, f()): x is f()'s value, or the enclosing function returns f()'s Error.
#define TRY(decl, ...) PUPPIS_TRY_(PUPPIS_CAT(try_, __LINE__), decl, __VA_ARGS__)
#define PUPPIS_TRY_(tmp, decl, ...)                                           \
  auto tmp = (__VA_ARGS__);                                                   \
  if (!tmp) return ::tl::unexpected<::puppis::Error>(std::move(tmp).error()); \
  decl = std::move(*tmp)
/// TRY_VOID(f()): goes on, or the enclosing function returns f()'s Error.
#define TRY_VOID(...)                                                                       \
  do {                                                                                      \
    auto puppisTry = (__VA_ARGS__);                                                         \
    if (!puppisTry) return ::tl::unexpected<::puppis::Error>(std::move(puppisTry).error()); \
  } while (false)
