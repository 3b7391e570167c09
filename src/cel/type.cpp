// SPDX-License-Identifier: Apache-2.0
#include "cel/type.h"

#include <array>
#include <utility>

#include "base/strings.h"

namespace puppis::cel {
namespace {

constexpr std::array<const char*, 19> kNames = {"dyn",
                                                "null",
                                                "bool",
                                                "int",
                                                "uint",
                                                "double",
                                                "string",
                                                "bytes",
                                                "list",
                                                "map",
                                                "object",
                                                "google.protobuf.Timestamp",
                                                "google.protobuf.Duration",
                                                "type",
                                                "optional_type",
                                                "kubernetes.Quantity",
                                                "net.IP",
                                                "net.CIDR",
                                                "kubernetes.URL"};

}  // namespace

std::string Type::str() const {
  std::string name = kNames[static_cast<std::size_t>(kind)];
  std::string inner = element != nullptr ? element->str() : "dyn";
  if (kind == TypeKind::List || kind == TypeKind::Optional) return name + "(" + inner + ")";
  if (kind == TypeKind::Map)
    return name + "(" + (key != nullptr ? key->str() : "string") + ", " + inner + ")";
  return name;
}

Type& TypePool::make(TypeKind kind, const Type* element) {
  Type& out = all_.emplace_back();
  out.kind = kind;
  out.element = element;
  return out;
}

const Type* simple(TypeKind kind) {
  static const std::array<Type, kNames.size()> kTypes = [] {
    std::array<Type, kNames.size()> types;
    for (std::size_t i = 0; i < types.size(); ++i) types[i].kind = static_cast<TypeKind>(i);
    return types;
  }();
  return &kTypes[static_cast<std::size_t>(kind)];
}

bool compatible(const Type& a, const Type& b) {
  if (&a == &b || a.kind == TypeKind::Dyn || b.kind == TypeKind::Dyn) return true;
  auto mapLike = [](const Type& t) { return t.kind == TypeKind::Map || t.kind == TypeKind::Object; };
  if (mapLike(a) && mapLike(b))
    return a.kind != b.kind || a.kind == TypeKind::Object || a.element == nullptr || b.element == nullptr ||
           compatible(*a.element, *b.element);
  if (a.kind != b.kind) return false;
  if (a.element == nullptr || b.element == nullptr) return true;
  return compatible(*a.element, *b.element);
}

std::string unescapeField(std::string_view name) {
  static const std::array<const char*, 21> kReserved = {
      "true",     "false",   "null",      "in",       "as",  "break",  "const",
      "continue", "else",    "for",       "function", "if",  "import", "let",
      "loop",     "package", "namespace", "return",   "var", "void",   "while"};
  for (const char* word : kReserved) {
    if (name == "__" + std::string(word) + "__") return word;
  }
  std::string out(name);
  for (const auto& [escape, text] :
       {std::pair{"__dot__", "."}, std::pair{"__dash__", "-"}, std::pair{"__slash__", "/"}}) {
    out = replaceAll(std::move(out), escape, text);
  }
  return replaceAll(std::move(out), "__underscores__", "__");
}

}  // namespace puppis::cel
