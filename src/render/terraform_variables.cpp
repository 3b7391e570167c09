// SPDX-License-Identifier: Apache-2.0
#include "render/terraform_variables.h"

#include <cctype>
#include <utility>

#include "base/strings.h"

namespace puppis::render {

namespace {

using data::Value;

/// Walks HCL far enough to find blocks, attributes and their extents; strings, comments and nesting are
/// respected.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  [[nodiscard]] bool done() const { return at_ >= text_.size(); }
  void blanks(bool lines) {
    while (!done()) {
      char c = text_[at_];
      if (c == '#' || text_.substr(at_, 2) == "//") {
        while (!done() && text_[at_] != '\n') ++at_;
      } else if (text_.substr(at_, 2) == "/*") {
        std::size_t end = text_.find("*/", at_ + 2);
        at_ = end == std::string_view::npos ? text_.size() : end + 2;
      } else if (c == ' ' || c == '\t' || c == '\r' || (lines && c == '\n')) {
        ++at_;
      } else {
        return;
      }
    }
  }
  std::string word() {
    std::size_t start = at_;
    while (!done() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_' ||
                       text_[at_] == '-'))
      ++at_;
    return std::string(text_.substr(start, at_ - start));
  }
  std::string quoted() {
    std::string out;
    if (done() || text_[at_] != '"') return out;
    for (++at_; !done() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      out += text_[at_];
    }
    if (!done()) ++at_;
    return out;
  }
  [[nodiscard]] char peek() const { return done() ? '\0' : text_[at_]; }
  void skip() {
    if (!done()) ++at_;
  }
  /// The text of an expression: to the end of its line, brackets balanced.
  std::string expression() {
    std::size_t start = at_;
    int depth = 0;
    while (!done()) {
      char c = text_[at_];
      if (c == '"') {
        quoted();
        continue;
      }
      if (c == '(' || c == '[' || c == '{') ++depth;
      if (c == ')' || c == ']' || c == '}') {
        if (depth == 0) break;
        --depth;
      }
      if (c == '\n' && depth == 0) break;
      ++at_;
    }
    return std::string(trim(text_.substr(start, at_ - start)));
  }
  /// Past the closing brace of a block whose opening one was read.
  void leaveBlock() {
    while (!done() && peek() != '}') {
      expression();
      if (peek() == ')' || peek() == ']') skip();
      blanks(true);
    }
    skip();
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

TerraformVariable variableBlock(Reader& reader, std::string name) {
  TerraformVariable out;
  out.name = std::move(name);
  for (reader.blanks(true); !reader.done() && reader.peek() != '}'; reader.blanks(true)) {
    std::string attribute = reader.word();
    reader.blanks(false);
    if (reader.peek() == '{') {  // a nested block, as `validation`
      reader.skip();
      reader.leaveBlock();
      continue;
    }
    if (attribute.empty() || reader.peek() != '=') {
      reader.expression();
      if (reader.peek() != '}') reader.skip();
      continue;
    }
    reader.skip();
    reader.blanks(false);
    if (attribute == "description" && reader.peek() == '"') {
      out.description = reader.quoted();
    } else if (attribute == "type") {
      std::string type = reader.expression();
      out.type = std::string(trim(replaceAll(type, "\"", "")));
    } else {
      reader.expression();
      out.hasDefault |= attribute == "default";
    }
  }
  reader.skip();
  return out;
}

Value typeSchema(const std::string& type) {
  if (type == "number") return Value::object({{"type", "number"}});
  if (type == "bool") return Value::object({{"type", "boolean"}});
  if (startsWith(type, "list") || startsWith(type, "set") || startsWith(type, "tuple")) {
    auto open = type.find('(');
    std::string inner = open == std::string::npos ? "" : type.substr(open + 1, type.size() - open - 2);
    Value items = inner.empty() || inner == "any" ? Value::object() : typeSchema(std::string(trim(inner)));
    return Value::object({{"type", "array"}, {"items", std::move(items)}});
  }
  if (startsWith(type, "map") || startsWith(type, "object")) return Value::object({{"type", "object"}});
  if (type == "any") return Value::object();
  return Value::object({{"type", "string"}});
}

Value named(std::string_view description, std::initializer_list<std::string_view> required) {
  Value properties =
      Value::object({{"name", Value::object({{"type", "string"}, {"title", "name"}})},
                     {"namespace", Value::object({{"type", "string"}, {"title", "namespace"}})}});
  Value names = Value::array();
  for (std::string_view name : required) names.push(name);
  return Value::object({{"type", "object"},
                        {"description", description},
                        {"properties", std::move(properties)},
                        {"required", std::move(names)}});
}

}  // namespace

std::vector<TerraformVariable> terraformVariables(std::string_view hcl) {
  std::vector<TerraformVariable> out;
  Reader reader(hcl);
  for (reader.blanks(true); !reader.done(); reader.blanks(true)) {
    std::string keyword = reader.word();
    reader.blanks(false);
    std::string label;
    while (reader.peek() == '"') {
      std::string next = reader.quoted();
      if (label.empty()) label = next;
      reader.blanks(false);
    }
    if (reader.peek() != '{') {
      reader.expression();
      reader.skip();
      continue;
    }
    reader.skip();
    if (keyword == "variable" && !label.empty()) {
      out.push_back(variableBlock(reader, label));
    } else {
      reader.blanks(true);
      reader.leaveBlock();
    }
  }
  return out;
}

Value terraformSchema(const Value& schematic) {
  Value properties = Value::object();
  Value required = Value::array();
  const std::string& type = schematic.get("type").asString();
  if (type.empty() || type == "hcl") {
    for (const TerraformVariable& v : terraformVariables(schematic.get("configuration").asString())) {
      Value property = typeSchema(v.type);
      property.set("title", v.name);
      if (!v.description.empty()) property.set("description", v.description);
      properties.set(v.name, std::move(property));
      if (!v.hasDefault) required.push(v.name);
    }
  }
  properties.set("writeConnectionSecretToRef",
                 named("The Secret that takes the outputs of the module", {"name"})
                     .set("title", "writeConnectionSecretToRef"));
  properties.set("providerRef",
                 named("The Provider whose credentials are used", {"name"}).set("title", "providerRef"));
  properties.set(
      "deleteResource",
      Value::object({{"type", "boolean"},
                     {"title", "deleteResource"},
                     {"default", true},
                     {"description", "Whether deleting the component destroys the cloud resources"}}));
  properties.set("customRegion",
                 Value::object({{"type", "string"},
                                {"title", "customRegion"},
                                {"description", "The region to use instead of the Provider's"}}));
  Value out = Value::object({{"type", "object"}, {"properties", std::move(properties)}});
  if (!required.empty()) out.set("required", std::move(required));
  return out;
}

}  // namespace puppis::render
