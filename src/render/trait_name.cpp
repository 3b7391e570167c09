// SPDX-License-Identifier: Apache-2.0
#include "render/trait_name.h"

#include <charconv>
#include <cstdint>

#include "base/strings.h"

// KubeVela hashes the object's dump as Go values (32-bit FNV-1a). The dump names each value's Go type; maps
// come sorted.

namespace puppis::render {

namespace {

using data::Kind;
using data::Value;

/// A float as Go's 'g' format with the shortest digits.
std::string goFloat(double value) {
  char buffer[64];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  std::string text(buffer, end);
  int exponent = std::atoi(text.c_str() + text.find('e') + 1);
  if (exponent < -4 || exponent >= 6) return text;
  end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed).ptr;
  return std::string(buffer, end);
}

void dump(std::string& out, const Value& value) {
  switch (value.kind()) {
    case Kind::Null:
      out += "(interface {})<nil>";
      return;
    case Kind::Bool:
      out += value.asBool() ? "(bool)true" : "(bool)false";
      return;
    case Kind::Int:
      out += "(int64)" + value.numberText();
      return;
    case Kind::Number:
      out += "(float64)" + goFloat(value.asDouble());
      return;
    case Kind::String:
      out += "(string)" + value.asString();
      return;
    case Kind::Array: {
      out += "([]interface {})[";
      bool first = true;
      for (const Value& element : value.elements()) {
        if (!first) out += " ";
        first = false;
        dump(out, element);
      }
      out += "]";
      return;
    }
    case Kind::Object: {
      out += "(map[string]interface {})map[";
      bool first = true;
      for (const data::Member& m : value.members()) {
        if (!first) out += " ";
        first = false;
        out += m.key.str() + ":";
        dump(out, m.value);
      }
      out += "]";
      return;
    }
  }
}

}  // namespace

std::string generatedTraitName(const std::string& component, const std::string& traitType,
                               const Value& object) {
  Value hashed = object;
  if (Value* metadata = hashed.mutableFind("metadata"); metadata != nullptr) {
    if (Value* labels = metadata->mutableFind("labels"); labels != nullptr)
      labels->erase("app.oam.dev/appRevision");
  }
  std::string text = "(unstructured.Unstructured){Object:";
  dump(text, hashed.sorted());
  text += "}";
  std::uint32_t hash = 2166136261u;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  constexpr std::string_view kAlphabet = "bcdfghjklmnpqrstvwxz2456789";
  std::string suffix;
  for (char digit : std::to_string(hash))
    suffix += kAlphabet[static_cast<unsigned char>(digit) % kAlphabet.size()];
  return component + "-" + toLower(traitType) + "-" + suffix;
}

}  // namespace puppis::render
