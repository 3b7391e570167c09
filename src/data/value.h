// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace puppis::data {

/// Where a value or key stands in its document, both from 1, columns in bytes; 0 means unknown.
struct Mark {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  [[nodiscard]] bool known() const { return line != 0; }
};

namespace detail {
struct Rep;
struct StringRep;
struct ArrayRep;
struct ObjectRep;
void release(Rep* rep) noexcept;
void retain(Rep* rep) noexcept;
}  // namespace detail

enum class Kind : std::uint8_t { Null, Bool, Int, Number, String, Array, Object };
/// "null", "bool", "int", "number", "string", "list", "object": the words for messages.
std::string_view kindName(Kind kind);

class Value;
struct Member;

/// An object's key: shared text, one pointer wide.
class Key {
 public:
  Key(std::string_view text);  // NOLINT(google-explicit-constructor): keys are written as literals
  Key(const char* text) : Key(std::string_view(text)) {}         // NOLINT
  Key(const std::string& text) : Key(std::string_view(text)) {}  // NOLINT
  Key(const Key& other) noexcept;
  Key(Key&& other) noexcept : rep_(std::exchange(other.rep_, nullptr)) {}
  Key& operator=(Key other) noexcept {
    std::swap(rep_, other.rep_);
    return *this;
  }
  ~Key();
  [[nodiscard]] const std::string& str() const;
  friend bool operator==(const Key& a, std::string_view b) { return a.str() == b; }

 private:
  detail::StringRep* rep_;
};

/// The one data value: a JSON tree that keeps the order of its objects, every digit of its numbers, and the
/// place each part came from. 16 bytes. Copying shares the subtree; a change copies only what is shared (copy
/// on write), so a Value behaves like a plain value, and an unchanged one may be read from several threads.
///
/// Numbers: Int holds what fits an int64; Number keeps the text of every other number as it was written.
class Value {
 public:
  Value() noexcept = default;
  Value(std::nullptr_t) noexcept {}                                         // NOLINT
  Value(bool b) noexcept : kind_(Kind::Bool) { payload_.boolean = b; }      // NOLINT
  Value(int i) noexcept : kind_(Kind::Int) { payload_.integer = i; }        // NOLINT
  Value(long i) noexcept : kind_(Kind::Int) { payload_.integer = i; }       // NOLINT
  Value(long long i) noexcept : kind_(Kind::Int) { payload_.integer = i; }  // NOLINT
  Value(unsigned i) noexcept : kind_(Kind::Int) { payload_.integer = i; }   // NOLINT
  Value(unsigned long i);                                                   // NOLINT
  Value(double d);                                                          // NOLINT
  Value(std::string_view s);                                                // NOLINT
  Value(const std::string& s) : Value(std::string_view(s)) {}               // NOLINT
  Value(std::string&& s);                                                   // NOLINT
  Value(const char* s) : Value(std::string_view(s)) {}                      // NOLINT
  Value(const void*) = delete;
  Value(const Value& other) noexcept;
  Value(Value&& other) noexcept;
  Value& operator=(const Value& other) noexcept;
  Value& operator=(Value&& other) noexcept;
  ~Value();

  static Value array();
  static Value array(std::initializer_list<Value> elements);
  static Value array(std::vector<Value> elements);
  static Value object();
  static Value object(std::initializer_list<std::pair<std::string_view, Value>> members);
  /// A number in JSON syntax; Int when it is an integer literal that fits, else Number with this text.
  static Value number(std::string_view text);

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool isNull() const { return kind_ == Kind::Null; }
  [[nodiscard]] bool isBool() const { return kind_ == Kind::Bool; }
  [[nodiscard]] bool isInt() const { return kind_ == Kind::Int; }
  /// Int or Number.
  [[nodiscard]] bool isNumeric() const { return kind_ == Kind::Int || kind_ == Kind::Number; }
  [[nodiscard]] bool isString() const { return kind_ == Kind::String; }
  [[nodiscard]] bool isArray() const { return kind_ == Kind::Array; }
  [[nodiscard]] bool isObject() const { return kind_ == Kind::Object; }

  /// The value, or a neutral one when the kind is another: false, 0, "". Check the kind where it matters.
  [[nodiscard]] bool asBool() const { return kind_ == Kind::Bool && payload_.boolean; }
  [[nodiscard]] std::int64_t asInt() const { return kind_ == Kind::Int ? payload_.integer : 0; }
  [[nodiscard]] double asDouble() const;
  [[nodiscard]] const std::string& asString() const;
  [[nodiscard]] std::optional<std::int64_t> intValue() const;
  [[nodiscard]] std::optional<std::string> stringValue() const;
  /// The digits of an Int or a Number, as JSON writes them.
  [[nodiscard]] std::string numberText() const;

  /// Elements of an array or members of an object; 0 for everything else.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] std::span<const Value> elements() const;
  [[nodiscard]] std::span<const Member> members() const;
  /// The member's value, or nullptr when there is none or this is no object.
  [[nodiscard]] const Value* find(std::string_view key) const;
  [[nodiscard]] const Member* findMember(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
  /// The member, or a null Value; chain them: v.get("spec").get("replicas").
  [[nodiscard]] const Value& get(std::string_view key) const;
  /// v.get("spec", "template", "metadata").
  template <typename... More>
  [[nodiscard]] const Value& get(std::string_view key, std::string_view next, More... more) const {
    return get(key).get(next, more...);
  }
  /// The element, or a null Value.
  [[nodiscard]] const Value& at(std::size_t index) const;

  /// The member's value, to change; made (null) when missing. A null Value becomes an object. References stay
  /// valid until the next change of this object.
  Value& operator[](std::string_view key);
  /// The member's value, to change, or nullptr.
  Value* mutableFind(std::string_view key);
  /// The element to change; the index must exist.
  Value& mutableAt(std::size_t index);
  /// Sets a member in place, or appends it. A null Value becomes an object.
  Value& set(std::string_view key, Value value, Mark keyMark = {});
  /// Appends a member without looking for one of that name. The caller knows that there is none.
  void append(Key key, Value value, Mark keyMark = {});
  /// Whether there was one.
  bool erase(std::string_view key);
  /// Appends an element. A null Value becomes an array.
  Value& push(Value element);
  void insertAt(std::size_t index, Value element);
  void eraseAt(std::size_t index);
  void reserve(std::size_t count);
  /// Members sorted by key (byte order), at every depth.
  [[nodiscard]] Value sorted() const;

  [[nodiscard]] Mark mark() const { return {line_, column_}; }
  Value& setMark(Mark mark) {
    line_ = mark.line;
    column_ = mark.column & 0xFFFFFF;
    return *this;
  }
  /// Whether both share one subtree (a quick "certainly equal").
  [[nodiscard]] bool sharesWith(const Value& other) const;

  /// Structural equality: objects regardless of order, numbers by numeric value (1 equals 1.0). Marks do not
  /// count.
  friend bool operator==(const Value& a, const Value& b);

 private:
  union Payload {
    bool boolean;
    std::int64_t integer;
    detail::Rep* rep;
  };
  [[nodiscard]] bool shared() const { return kind_ >= Kind::Number; }
  detail::ArrayRep& ownArray();
  detail::ObjectRep& ownObject();

  Kind kind_ = Kind::Null;
  std::uint32_t column_ : 24 = 0;
  std::uint32_t line_ = 0;
  Payload payload_{.integer = 0};
};

struct Member {
  Key key;
  Value value;
  Mark keyMark;
};

}  // namespace puppis::data
