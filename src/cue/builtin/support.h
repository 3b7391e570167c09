// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "cue/builtin/builtin.h"

// How the functions of the packages are written: as plain C++ functions over plain types.
// `function<&f>("Name")` makes the table entry: parameter kinds and conversions follow from the parameter
// types, the result kind from the return type. A function that can fail returns an Answer; its result kind is
// then given in the table.

namespace puppis::cue::builtin {

/// A parameter that takes a string or bytes.
struct Bytes {
  std::string_view data;
};
/// A result of type bytes.
struct BytesResult {
  std::string data;
};
/// An int parameter that must fit 32 bits, as a code point does.
struct Rune {
  std::int32_t value = 0;
};
/// An int parameter of any size; `number.isInt()`.
struct BigInt {
  number::Decimal number;
};
/// A list parameter: its elements as the evaluator's values.
struct Elements {
  std::span<const Value> items;
  [[nodiscard]] std::size_t size() const { return items.size(); }
  [[nodiscard]] Handle operator[](std::size_t index) const { return items[index].handle; }
};
/// A list of strings, or of numbers.
struct Strings {
  std::vector<std::string_view> items;
};
struct Numbers {
  std::vector<number::Decimal> items;
};
/// A parameter of any kind, concrete, as the evaluator's value.
struct Any {
  Handle value;
};
/// A struct parameter.
struct StructArg {
  Handle value;
};

/// A text that lives as long as the call's result.
inline std::string_view keep(Call& call, std::string_view text) {
  return call.arena().copy(text);
}
/// A string result; every run of bytes that are no UTF-8 becomes one U+FFFD.
Value text(Call& call, std::string_view s);
Value list(Call& call, std::span<const Value> items);
Value structure(Call& call, std::span<const Field> fields);
Value stringList(Call& call, std::span<const std::string> items);
Value stringList(Call& call, std::span<const std::string_view> items);

/// An error of class eval.
inline Answer bad(Call& call, std::string_view message) {
  return Answer::error(Answer::State::Failed, keep(call, message));
}
/// An error of class incomplete.
inline Answer incomplete(Call& call, std::string_view message) {
  return Answer::error(Answer::State::Incomplete, keep(call, message));
}
/// A constraint that does not hold.
inline Answer refused(Call& call, std::string_view message, bool mayStillHold = false) {
  return Answer::error(mayStillHold ? Answer::State::RefusedYet : Answer::State::Refused,
                       keep(call, message));
}
/// The outcome of an arithmetic operation.
Answer fromOutcome(Call& call, const number::Outcome& outcome);
/// A decimal as a result whose kind follows from its value: whole numbers are int.
Answer fromDecimal(Call& call, const number::Decimal& value);

/// Reading one argument into its C++ type; the answer is the failure, if any.
using Reading = std::optional<Answer>;
Reading read(Call& call, std::size_t index, std::string_view& out);
Reading read(Call& call, std::size_t index, Bytes& out);
Reading read(Call& call, std::size_t index, bool& out);
Reading read(Call& call, std::size_t index, std::int64_t& out);
Reading read(Call& call, std::size_t index, Rune& out);
Reading read(Call& call, std::size_t index, BigInt& out);
Reading read(Call& call, std::size_t index, number::Decimal& out);
Reading read(Call& call, std::size_t index, double& out);
Reading read(Call& call, std::size_t index, Elements& out);
Reading read(Call& call, std::size_t index, Strings& out);
Reading read(Call& call, std::size_t index, Numbers& out);
Reading read(Call& call, std::size_t index, Any& out);
Reading read(Call& call, std::size_t index, StructArg& out);

/// The text of a string or bytes value behind `any`; other kinds fail.
Answer textOf(Call& call, Handle any, std::string_view& out);

namespace detail {

template <typename T>
constexpr Param paramOf() {
  if constexpr (std::is_same_v<T, std::string_view>) return {kString, Passing::Scalar};
  if constexpr (std::is_same_v<T, Bytes>) return {kString | kBytes, Passing::Scalar};
  if constexpr (std::is_same_v<T, bool>) return {kBool, Passing::Scalar};
  if constexpr (std::is_same_v<T, std::int64_t> || std::is_same_v<T, Rune> || std::is_same_v<T, BigInt>) {
    return {kInt, Passing::Scalar};
  }
  if constexpr (std::is_same_v<T, number::Decimal> || std::is_same_v<T, double>)
    return {kNumber, Passing::Scalar};
  if constexpr (std::is_same_v<T, Elements> || std::is_same_v<T, Strings> || std::is_same_v<T, Numbers>) {
    return {kList, Passing::List};
  }
  if constexpr (std::is_same_v<T, StructArg>) return {kStruct, Passing::Handle};
  return {kTop, Passing::Handle};
}

template <typename R>
constexpr std::uint16_t resultOf() {
  if constexpr (std::is_same_v<R, bool>) return kBool;
  if constexpr (std::is_same_v<R, std::int64_t>) return kInt;
  if constexpr (std::is_same_v<R, double>) return kNumber;
  if constexpr (std::is_same_v<R, std::string> || std::is_same_v<R, std::string_view>) return kString;
  if constexpr (std::is_same_v<R, BytesResult>) return kString | kBytes;
  return kTop;
}

template <typename R>
Answer answer(Call& call, R&& result) {
  using T = std::decay_t<R>;
  if constexpr (std::is_same_v<T, Answer>) {
    return result;
  } else if constexpr (std::is_same_v<T, bool>) {
    return Value::of(result);
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    return Value::ofInt(result);
  } else if constexpr (std::is_same_v<T, double>) {
    return Value::of(number::fromDouble(result, call.arena()));
  } else if constexpr (std::is_same_v<T, BytesResult>) {
    return Value::bytes(keep(call, result.data));
  } else {
    return text(call, result);
  }
}

template <auto F, typename Signature>
struct Binder;

template <auto F, typename R, typename... Args>
struct Binder<F, R (*)(Args...)> {
  static constexpr std::uint16_t kResult = resultOf<std::decay_t<R>>();
  static constexpr std::array<Param, sizeof...(Args)> kParams = {paramOf<std::decay_t<Args>>()...};
  static Answer call(Call& call) { return invoke(call, std::index_sequence_for<Args...>()); }

 private:
  template <std::size_t... I>
  static Answer invoke(Call& call, std::index_sequence<I...>) {
    std::tuple<std::decay_t<Args>...> arguments;
    Reading failure;
    static_cast<void>(((failure = read(call, I, std::get<I>(arguments)), !failure.has_value()) && ...));
    if (failure) return *failure;
    return answer(call, F(std::get<I>(arguments)...));
  }
};

/// For functions whose first parameter is the Call itself.
template <auto F, typename R, typename... Args>
struct Binder<F, R (*)(Call&, Args...)> {
  static constexpr std::uint16_t kResult = resultOf<std::decay_t<R>>();
  static constexpr std::array<Param, sizeof...(Args)> kParams = {paramOf<std::decay_t<Args>>()...};
  static Answer call(Call& call) { return invoke(call, std::index_sequence_for<Args...>()); }

 private:
  template <std::size_t... I>
  static Answer invoke(Call& call, std::index_sequence<I...>) {
    std::tuple<std::decay_t<Args>...> arguments;
    Reading failure;
    static_cast<void>(((failure = read(call, I, std::get<I>(arguments)), !failure.has_value()) && ...));
    if (failure) return *failure;
    return answer(call, F(call, std::get<I>(arguments)...));
  }
};

}  // namespace detail

/// The table entry of F. `result` overrides the kind that follows from the return type.
template <auto F>
constexpr Function function(std::string_view name, std::uint16_t result = 0) {
  using Bound = detail::Binder<F, decltype(F)>;
  return {name, Bound::kParams, result == 0 ? Bound::kResult : result, false, &Bound::call};
}

/// The same entry, taking incomplete arguments.
constexpr Function nonConcrete(Function entry) {
  entry.nonConcrete = true;
  return entry;
}

}  // namespace puppis::cue::builtin
