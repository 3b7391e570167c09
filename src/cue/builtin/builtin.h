// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "cue/cue.h"
#include "cue/number/decimal.h"

// CUE's standard packages as tables of functions over simple values. The evaluator looks a package up, turns
// the arguments of a call into `Value`s, calls, and turns the Answer back. It knows nothing of what a
// function does, and the functions know nothing of the evaluator but what `Host` offers.

namespace puppis::cue::builtin {

/// A value of the evaluator that a function carries along or asks the Host about, without knowing what it is.
struct Handle {
  const void* node = nullptr;
  explicit operator bool() const { return node != nullptr; }
};

struct Field;

/// An argument or a result. 24 bytes, trivially copyable; texts, elements and fields live in the call's Arena
/// or longer.
struct Value {
  enum class Type : std::uint8_t { Null, Bool, Number, String, Bytes, List, Struct, Handle };

  Type type = Type::Null;
  bool boolean = false;
  std::uint32_t count = 0;  ///< of elements or fields
  union {
    number::Decimal num;
    struct {
      const char* data;
      std::size_t size;
    } text;
    const Value* elements;
    const Field* fields;
    Handle handle;
  };

  Value() noexcept : num() {}
  static Value null() { return {}; }
  static Value of(bool b);
  static Value of(number::Decimal n);
  static Value ofInt(std::int64_t n) { return of(number::Decimal::ofInt(n)); }
  static Value string(std::string_view s);
  static Value bytes(std::string_view s);
  static Value list(std::span<const Value> elements);
  /// Labels may repeat: the evaluator unifies them. All are regular fields.
  static Value structure(std::span<const Field> fields);
  static Value of(Handle h);

  /// Of String and Bytes.
  [[nodiscard]] std::string_view str() const { return {text.data, text.size}; }
  [[nodiscard]] std::span<const Value> list() const { return {elements, count}; }
  [[nodiscard]] std::span<const Field> structure() const;
};

struct Field {
  std::string_view label;
  Value value;
};

/// What a call came to.
struct Answer {
  enum class State : std::uint8_t {
    Ok,          ///< `value`
    Failed,      ///< an error of class eval: `message`
    Incomplete,  ///< an error of class incomplete: `message`
    Refused,  ///< a validator that does not hold, with its own words: as a validator an error of class eval
              ///< with `message`; as a plain call the value false
    RefusedYet,  ///< the same, but class incomplete: the value may still grow to satisfy it
    Passed,      ///< the evaluator's own error, to be passed on: `value` is its Handle
  };
  State state = State::Ok;
  Value value;
  std::string_view message;  ///< in the call's Arena or static

  Answer() = default;
  Answer(Value v) : value(v) {}  // NOLINT(google-explicit-constructor): functions return their value
  static Answer error(State state, std::string_view message);
  [[nodiscard]] bool ok() const { return state == State::Ok; }
};

/// How many regular fields a struct has and may still get.
struct StructShape {
  std::size_t regular = 0;      ///< present, regular fields
  std::size_t constraints = 0;  ///< optional and required regular fields that are not present
  bool open = false;            ///< `...` or a pattern: takes further fields
};

/// How much validating data against a schema asks for.
enum class Strictness : std::uint8_t {
  Partial,   ///< no conflict
  Final,     ///< all required fields given; a disjunction may stay open
  Concrete,  ///< the same, and every value known; what is missing is an error for good
};

/// What the evaluator offers the functions. All Handles come from it.
class Host {
 public:
  virtual ~Host() = default;

  /// Counts a piece of work against the evaluation's budget; does not return when that is used up. To be
  /// called in loops longer than the arguments are.
  virtual void step() = 0;

  /// The kinds of a value, its default taken: one bit when it is concrete. kBottom for an error.
  virtual std::uint16_t kind(Handle value) = 0;
  /// The kinds it may have when its default is not taken.
  virtual std::uint16_t possibleKinds(Handle value) = 0;
  /// The concrete scalar (default taken), as Null, Bool, Number, String or Bytes. Incomplete when it is not
  /// concrete; Passed when it is an error; Failed when it is a list or struct.
  virtual Answer scalar(Handle value) = 0;
  /// The elements of a list (default taken) as Handles, and whether it is open. Incomplete or Passed as
  /// `scalar`; Failed when it is no list.
  virtual Answer elements(Handle value, bool* open) = 0;
  /// The whole value as data, defaults taken, only regular fields, in export order, nothing in it a Handle.
  /// Passed with the evaluator's error when it is not concrete at every depth.
  virtual Answer data(Handle value) = 0;
  /// Ok when the value is concrete at every depth; else Passed with all that is wrong.
  virtual Answer concrete(Handle value) = 0;
  /// Of a struct, default taken.
  virtual Answer shape(Handle value, StructShape& out) = 0;
  /// The value at a field of a struct; a null Handle when there is none.
  virtual Handle lookup(Handle value, std::string_view label) = 0;

  /// Equality as list.Contains and list.UniqueItems see it: regular fields only, defaults taken, an int equal
  /// to no float.
  virtual bool equal(Handle a, Handle b) = 0;
  /// Whether the value can never change, at any depth.
  virtual bool isFinal(Handle value) = 0;
  /// Whether `value` unified with `schema` is valid, final (all required fields given, defaults taken).
  virtual bool matches(Handle value, Handle schema) = 0;
  /// Whether data unifies with `constraint` without error.
  virtual bool accepts(Handle constraint, const Value& data) = 0;
  /// `data` unified with `schema` and validated: Ok(true), or Passed with all errors.
  virtual Answer validate(const Value& data, Handle schema, Strictness strictness) = 0;
  /// The field `less` of `comparer & {x: _, y: _}`, with the two as x and y: Ok(bool) or an error.
  virtual Answer less(Handle comparer, Handle x, Handle y) = 0;

  /// The value in CUE syntax, for messages.
  virtual std::string text(Handle value) = 0;
};

/// One call: arguments in parameter order, missing ones filled with their defaults.
class Call {
 public:
  Call(Host& host, Arena& arena, std::span<const Value> arguments, bool validator)
      : host_(host), arena_(arena), arguments_(arguments), validator_(validator) {}
  [[nodiscard]] Host& host() const { return host_; }
  [[nodiscard]] Arena& arena() const { return arena_; }
  [[nodiscard]] const Value& operator[](std::size_t index) const { return arguments_[index]; }
  [[nodiscard]] std::size_t size() const { return arguments_.size(); }
  /// Whether the function is applied as a constraint rather than called.
  [[nodiscard]] bool validator() const { return validator_; }

 private:
  Host& host_;
  Arena& arena_;
  std::span<const Value> arguments_;
  bool validator_;
};

/// How the evaluator hands an argument over.
enum class Passing : std::uint8_t {
  Scalar,  ///< evaluated, default taken: Null, Bool, Number, String or Bytes of one of `kinds`
  List,    ///< evaluated to a list, default taken: a Value of type List whose elements are Handles
  Handle,  ///< as it is (a struct, a schema, anything): a Handle
};

struct Param {
  std::uint16_t kinds = kTop;
  Passing passing = Passing::Handle;
  /// A string the parameter takes when the argument is missing; nullptr when it must be given.
  const char* fallback = nullptr;
};

struct Function {
  std::string_view name;
  std::span<const Param> params;
  std::uint16_t result = kTop;
  /// Whether arguments may be incomplete. Otherwise an argument that is not concrete (its default taken)
  /// makes the call incomplete before it is made.
  bool nonConcrete = false;
  Answer (*call)(Call& call) = nullptr;

  /// Whether a call with this many arguments is a constraint: one argument short, and a bool result.
  [[nodiscard]] bool isValidator(std::size_t arguments) const {
    return arguments + 1 == params.size() && result == kBool && params.back().fallback == nullptr;
  }
  /// Whether the bare name is a constraint, as in `net.IPv4`.
  [[nodiscard]] bool isBareValidator() const { return params.size() == 1 && result == kBool; }
};

/// A member with a fixed value, as a CUE literal: `3.14`, `"unix"`.
struct Constant {
  std::string_view name;
  std::string_view literal;
};

struct Package {
  std::string_view path;  ///< as imported: "encoding/json"
  std::span<const Function> functions;
  std::span<const Constant> constants;
  /// Further members declared in CUE: the body of a struct, to be compiled as the package's scope; may be
  /// empty. Hidden fields in it belong to the package.
  std::string_view source;

  /// The last part of the path: the name it is imported as.
  [[nodiscard]] std::string_view name() const { return path.substr(path.rfind('/') + 1); }
  [[nodiscard]] const Function* function(std::string_view name) const;
  [[nodiscard]] const Constant* constant(std::string_view name) const;
};

/// All standard packages, ordered by path.
std::span<const Package* const> packages();
/// nullptr when there is no such standard package.
const Package* findPackage(std::string_view path);

// ---------------------------------------------------------------------------------------------------------------

inline Value Value::of(bool b) {
  Value out;
  out.type = Type::Bool;
  out.boolean = b;
  return out;
}
inline Value Value::of(number::Decimal n) {
  Value out;
  out.type = Type::Number;
  out.num = n;
  return out;
}
inline Value Value::string(std::string_view s) {
  Value out;
  out.type = Type::String;
  out.text = {s.data(), s.size()};
  return out;
}
inline Value Value::bytes(std::string_view s) {
  Value out = string(s);
  out.type = Type::Bytes;
  return out;
}
inline Value Value::list(std::span<const Value> elements) {
  Value out;
  out.type = Type::List;
  out.elements = elements.data();
  out.count = static_cast<std::uint32_t>(elements.size());
  return out;
}
inline Value Value::structure(std::span<const Field> fields) {
  Value out;
  out.type = Type::Struct;
  out.fields = fields.data();
  out.count = static_cast<std::uint32_t>(fields.size());
  return out;
}
inline Value Value::of(Handle h) {
  Value out;
  out.type = Type::Handle;
  out.handle = h;
  return out;
}
inline std::span<const Field> Value::structure() const {
  return {fields, count};
}
inline Answer Answer::error(State state, std::string_view message) {
  Answer out;
  out.state = state;
  out.value = Value::of(false);
  out.message = message;
  return out;
}
static_assert(sizeof(Value) == 24 && std::is_trivially_copyable_v<Value>);

}  // namespace puppis::cue::builtin
