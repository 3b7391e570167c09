// SPDX-License-Identifier: Apache-2.0
#include "data/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/stack.h"

namespace puppis::data {

namespace detail {

enum class RepKind : std::uint8_t { Text, Array, Object };

struct Rep {
  explicit Rep(RepKind k) : kind(k) {}
  std::atomic<std::uint32_t> references{1};
  RepKind kind;
};
struct StringRep : Rep {
  explicit StringRep(std::string t) : Rep(RepKind::Text), text(std::move(t)) {}
  std::string text;
};
struct ArrayRep : Rep {
  ArrayRep() : Rep(RepKind::Array) {}
  std::vector<Value> elements;
};
struct ObjectRep : Rep {
  ObjectRep() : Rep(RepKind::Object) {}
  std::vector<Member> members;
};

void retain(Rep* rep) noexcept {
  rep->references.fetch_add(1, std::memory_order_relaxed);
}

void release(Rep* rep) noexcept {
  if (rep->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  switch (rep->kind) {
    case RepKind::Text:
      delete static_cast<StringRep*>(rep);
      break;
    case RepKind::Array:
      deeper([&] { delete static_cast<ArrayRep*>(rep); });
      break;
    case RepKind::Object:
      deeper([&] { delete static_cast<ObjectRep*>(rep); });
      break;
  }
}

}  // namespace detail

using detail::ArrayRep;
using detail::ObjectRep;
using detail::StringRep;

namespace {
const Value kNull;
const std::string kEmpty;
}  // namespace

std::string_view kindName(Kind kind) {
  constexpr std::string_view names[] = {"null", "bool", "int", "number", "string", "list", "object"};
  return names[static_cast<int>(kind)];
}

Key::Key(std::string_view text) : rep_(new StringRep(std::string(text))) {}
Key::Key(const Key& other) noexcept : rep_(other.rep_) {
  if (rep_ != nullptr) detail::retain(rep_);
}
Key::~Key() {
  if (rep_ != nullptr) detail::release(rep_);
}
const std::string& Key::str() const {
  return rep_ == nullptr ? kEmpty : rep_->text;
}

Value::Value(unsigned long i) {
  if (i <= static_cast<unsigned long>(std::numeric_limits<std::int64_t>::max())) {
    kind_ = Kind::Int;
    payload_.integer = static_cast<std::int64_t>(i);
  } else {
    kind_ = Kind::Number;
    payload_.rep = new StringRep(std::to_string(i));
  }
}

Value::Value(double d) {
  // The form that Go's encoding/json writes, so that hashes and comparisons with Kubernetes' own output hold.
  if (std::isnan(d) || std::isinf(d)) return;
  double magnitude = std::fabs(d);
  char buffer[64];
  bool exponent = magnitude != 0 && (magnitude < 1e-6 || magnitude >= 1e21);
  auto end = std::to_chars(buffer, buffer + sizeof buffer, d,
                           exponent ? std::chars_format::scientific : std::chars_format::fixed);
  std::string text(buffer, end.ptr);
  if (auto at = text.find("e-0"); at != std::string::npos) text.erase(at + 2, 1);
  *this = number(text);
}

Value::Value(std::string_view s) : kind_(Kind::String) {
  payload_.rep = new StringRep(std::string(s));
}
Value::Value(std::string&& s) : kind_(Kind::String) {
  payload_.rep = new StringRep(std::move(s));
}

Value::Value(const Value& other) noexcept
    : kind_(other.kind_), column_(other.column_), line_(other.line_), payload_(other.payload_) {
  if (shared()) detail::retain(payload_.rep);
}
Value::Value(Value&& other) noexcept
    : kind_(other.kind_), column_(other.column_), line_(other.line_), payload_(other.payload_) {
  other.kind_ = Kind::Null;
}
Value& Value::operator=(const Value& other) noexcept {
  Value copy(other);
  return *this = std::move(copy);
}
Value& Value::operator=(Value&& other) noexcept {
  if (this == &other) return *this;
  // The old tree goes last: `other` may live inside it.
  Value old(std::move(*this));
  kind_ = other.kind_;
  column_ = other.column_;
  line_ = other.line_;
  payload_ = other.payload_;
  other.kind_ = Kind::Null;
  return *this;
}
Value::~Value() {
  if (shared()) detail::release(payload_.rep);
}

Value Value::array() {
  Value out;
  out.kind_ = Kind::Array;
  out.payload_.rep = new ArrayRep;
  return out;
}
Value Value::array(std::initializer_list<Value> elements) {
  return array(std::vector<Value>(elements));
}
Value Value::array(std::vector<Value> elements) {
  Value out = array();
  static_cast<ArrayRep*>(out.payload_.rep)->elements = std::move(elements);
  return out;
}
Value Value::object() {
  Value out;
  out.kind_ = Kind::Object;
  out.payload_.rep = new ObjectRep;
  return out;
}
Value Value::object(std::initializer_list<std::pair<std::string_view, Value>> members) {
  Value out = object();
  for (const auto& [key, value] : members) out.set(key, value);
  return out;
}
Value Value::number(std::string_view text) {
  std::int64_t integer = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer);
  if (error == std::errc() && end == text.data() + text.size() && text != "-0") return integer;
  Value out;
  out.kind_ = Kind::Number;
  out.payload_.rep = new StringRep(std::string(text));
  return out;
}

double Value::asDouble() const {
  if (kind_ == Kind::Int) return static_cast<double>(payload_.integer);
  if (kind_ != Kind::Number) return 0;
  const std::string& text = static_cast<const StringRep*>(payload_.rep)->text;
  double out = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error == std::errc::result_out_of_range) return text[0] == '-' ? -HUGE_VAL : HUGE_VAL;
  return out;
}

const std::string& Value::asString() const {
  return kind_ == Kind::String ? static_cast<const StringRep*>(payload_.rep)->text : kEmpty;
}
std::optional<std::int64_t> Value::intValue() const {
  if (kind_ == Kind::Int) return payload_.integer;
  if (kind_ == Kind::Number) {
    double d = asDouble();
    if (std::trunc(d) == d && std::fabs(d) < 9.2e18) return static_cast<std::int64_t>(d);
  }
  return std::nullopt;
}
std::optional<std::string> Value::stringValue() const {
  if (kind_ != Kind::String) return std::nullopt;
  return asString();
}
std::string Value::numberText() const {
  if (kind_ == Kind::Int) return std::to_string(payload_.integer);
  return kind_ == Kind::Number ? static_cast<const StringRep*>(payload_.rep)->text : std::string();
}

std::size_t Value::size() const {
  if (kind_ == Kind::Array) return static_cast<const ArrayRep*>(payload_.rep)->elements.size();
  if (kind_ == Kind::Object) return static_cast<const ObjectRep*>(payload_.rep)->members.size();
  return 0;
}
std::span<const Value> Value::elements() const {
  if (kind_ != Kind::Array) return {};
  return static_cast<const ArrayRep*>(payload_.rep)->elements;
}
std::span<const Member> Value::members() const {
  if (kind_ != Kind::Object) return {};
  return static_cast<const ObjectRep*>(payload_.rep)->members;
}
const Member* Value::findMember(std::string_view key) const {
  for (const Member& m : members()) {
    if (m.key == key) return &m;
  }
  return nullptr;
}
const Value* Value::find(std::string_view key) const {
  const Member* m = findMember(key);
  return m == nullptr ? nullptr : &m->value;
}
const Value& Value::get(std::string_view key) const {
  const Value* v = find(key);
  return v == nullptr ? kNull : *v;
}
const Value& Value::at(std::size_t index) const {
  auto all = elements();
  return index < all.size() ? all[index] : kNull;
}

ArrayRep& Value::ownArray() {
  if (kind_ != Kind::Array) {
    Mark m = mark();
    *this = array();
    setMark(m);
  }
  auto* rep = static_cast<ArrayRep*>(payload_.rep);
  if (rep->references.load(std::memory_order_acquire) > 1) {
    auto* copy = new ArrayRep;
    copy->elements = rep->elements;
    payload_.rep = copy;
    detail::release(rep);
    return *copy;
  }
  return *rep;
}
ObjectRep& Value::ownObject() {
  if (kind_ != Kind::Object) {
    Mark m = mark();
    *this = object();
    setMark(m);
  }
  auto* rep = static_cast<ObjectRep*>(payload_.rep);
  if (rep->references.load(std::memory_order_acquire) > 1) {
    auto* copy = new ObjectRep;
    copy->members = rep->members;
    payload_.rep = copy;
    detail::release(rep);
    return *copy;
  }
  return *rep;
}

Value* Value::mutableFind(std::string_view key) {
  if (kind_ != Kind::Object || find(key) == nullptr) return nullptr;
  for (Member& m : ownObject().members) {
    if (m.key == key) return &m.value;
  }
  return nullptr;
}
Value& Value::operator[](std::string_view key) {
  ObjectRep& rep = ownObject();
  for (Member& m : rep.members) {
    if (m.key == key) return m.value;
  }
  rep.members.push_back({Key(key), Value(), {}});
  return rep.members.back().value;
}
Value& Value::mutableAt(std::size_t index) {
  return ownArray().elements.at(index);
}
Value& Value::set(std::string_view key, Value value, Mark keyMark) {
  ObjectRep& rep = ownObject();
  for (Member& m : rep.members) {
    if (m.key == key) {
      m.value = std::move(value);
      if (keyMark.known()) m.keyMark = keyMark;
      return *this;
    }
  }
  rep.members.push_back({Key(key), std::move(value), keyMark});
  return *this;
}
void Value::append(Key key, Value value, Mark keyMark) {
  ownObject().members.push_back({std::move(key), std::move(value), keyMark});
}
bool Value::erase(std::string_view key) {
  if (find(key) == nullptr) return false;
  auto& members = ownObject().members;
  members.erase(std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.key == key; }));
  return true;
}
Value& Value::push(Value element) {
  ownArray().elements.push_back(std::move(element));
  return *this;
}
void Value::insertAt(std::size_t index, Value element) {
  auto& all = ownArray().elements;
  all.insert(all.begin() + static_cast<std::ptrdiff_t>(std::min(index, all.size())), std::move(element));
}
void Value::eraseAt(std::size_t index) {
  auto& all = ownArray().elements;
  if (index < all.size()) all.erase(all.begin() + static_cast<std::ptrdiff_t>(index));
}
void Value::reserve(std::size_t count) {
  if (kind_ == Kind::Object) ownObject().members.reserve(count);
  if (kind_ == Kind::Array) ownArray().elements.reserve(count);
}

Value Value::sorted() const {
  if (kind_ != Kind::Array && kind_ != Kind::Object) return *this;
  Value out = kind_ == Kind::Array ? array() : object();
  out.setMark(mark());
  out.reserve(size());
  if (kind_ == Kind::Array) {
    auto& sortedElements = static_cast<ArrayRep*>(out.payload_.rep)->elements;
    for (const Value& v : elements()) sortedElements.push_back(v.sorted());
    return out;
  }
  // Only pointers are moved while sorting.
  std::vector<const Member*> order;
  order.reserve(size());
  for (const Member& m : members()) order.push_back(&m);
  auto before = [](const Member* a, const Member* b) { return a->key.str() < b->key.str(); };
  if (!std::is_sorted(order.begin(), order.end(), before))
    std::stable_sort(order.begin(), order.end(), before);
  auto& sortedMembers = static_cast<ObjectRep*>(out.payload_.rep)->members;
  for (const Member* m : order) sortedMembers.push_back({m->key, m->value.sorted(), m->keyMark});
  return out;
}

bool Value::sharesWith(const Value& other) const {
  return shared() && kind_ == other.kind_ && payload_.rep == other.payload_.rep;
}

bool operator==(const Value& a, const Value& b) {
  if (a.isNumeric() && b.isNumeric()) {
    if (a.kind_ == Kind::Int && b.kind_ == Kind::Int) return a.payload_.integer == b.payload_.integer;
    return a.numberText() == b.numberText() || a.asDouble() == b.asDouble();
  }
  if (a.kind_ != b.kind_) return false;
  if (a.sharesWith(b)) return true;
  switch (a.kind_) {
    case Kind::Null:
      return true;
    case Kind::Bool:
      return a.payload_.boolean == b.payload_.boolean;
    case Kind::Int:
    case Kind::Number:
      return false;  // decided above
    case Kind::String:
      return a.asString() == b.asString();
    case Kind::Array:
      return std::ranges::equal(a.elements(), b.elements());
    case Kind::Object: {
      auto left = a.members();
      auto right = b.members();
      if (left.size() != right.size()) return false;
      for (std::size_t i = 0; i < left.size(); ++i) {
        // Equal objects mostly have equal order; look only where they do not.
        const Value* other = right[i].key == left[i].key.str() ? &right[i].value : b.find(left[i].key.str());
        if (other == nullptr || !(left[i].value == *other)) return false;
      }
      return true;
    }
  }
  return false;
}

}  // namespace puppis::data
