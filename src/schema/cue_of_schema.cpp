// SPDX-License-Identifier: Apache-2.0
#include "schema/cue_of_schema.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "base/stack.h"
#include "base/strings.h"
#include "cue/format/format.h"
#include "cue/syntax/literal.h"
#include "data/json.h"

namespace puppis::schema {

namespace {

using data::Value;

constexpr std::array<std::string_view, 6> kTypes = {"null", "bool", "number", "string", "array", "object"};
enum Type : std::size_t { kNullType, kBoolType, kNumberType, kStringType, kArrayType, kObjectType };

/// Names a field may not have unquoted, because the text refers to what they mean otherwise.
bool isTaken(std::string_view name) {
  static constexpr std::string_view kTaken[] = {"bool",  "string", "int",     "number", "error",
                                                "close", "matchN", "matchIf", "list",   "strings",
                                                "math",  "struct", "time",    "net"};
  return std::find(std::begin(kTaken), std::end(kTaken), name) != std::end(kTaken);
}

std::string labelText(std::string_view name) {
  return isTaken(name) ? cue::quoteString(name) : cue::quoteLabel(name);
}

std::string joined(const std::vector<std::string>& parts, std::string_view by) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : std::string(by)) + part;
  return out;
}

/// A text in a regular expression that matches it alone.
std::string quotedPattern(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

class Writer {
 public:
  explicit Writer(const Value& root, bool openApi) : root_(root), openApi_(openApi) {}

  Result<std::string> jsonSchema() {
    std::string attributes;
    for (const auto& [key, name] :
         {std::pair{"$schema", "schema"}, std::pair{"$id", "id"}, std::pair{"id", "id"}}) {
      if (const Value* text = root_.find(key); text != nullptr && text->isString())
        attributes += "@jsonschema(" + std::string(name) + "=" + cue::quoteString(text->asString()) + ")\n";
    }
    TRY(std::string body, top());
    TRY(const std::string definitions, definitionsOf({"definitions", "$defs"}));
    std::string doc = docs(root_);
    if (!doc.empty()) doc += '\n';
    if (refersToRoot_) body = "_schema\n_schema: {\n" + body + "\n}\n";
    return layOut(doc + imports() + attributes + "\n" + body + "\n" + definitions +
                  (open_ && !refersToRoot_ ? "...\n" : ""));
  }

  Result<std::string> openApi() {
    const Value& info = root_.get("info");
    std::string head;
    if (info.get("title").isString()) head = "// " + info.get("title").asString() + "\n\n";
    std::string body = "info: {\n";
    for (const data::Member& m : info.members()) {
      const bool kept = m.key == "title" || m.key == "version";
      body += labelText(m.key.str()) + (kept ? ": *" : ": ") + data::toJson(m.value) +
              (kept ? " | string\n" : "\n");
    }
    body += "}\n\n";
    TRY(const std::string definitions, definitionsOf({}));
    return layOut(head + imports() + body + definitions);
  }

 private:
  static Result<std::string> layOut(const std::string& text) {
    cue::FormatOptions options;
    options.simplify = true;
    return cue::formatSource(SourceFile::make("<schema>", text), options);
  }

  std::string imports() const {
    std::string out;
    for (const std::string& package : packages_) out += "import \"" + package + "\"\n";
    return out.empty() ? out : out + '\n';
  }
  std::string use(const char* package, const std::string& call) {
    packages_.insert(package);
    return std::string(package) + "." + call;
  }

  /// Title and description as comment lines.
  static std::string docs(const Value& schema) {
    std::string text = schema.get("title").asString();
    const std::string& more = schema.get("description").asString();
    if (!text.empty() && !more.empty()) text += "\n\n";
    text += more;
    std::string out;
    if (text.empty()) return out;
    while (text.ends_with('\n')) text.pop_back();
    for (const std::string& line : split(text, '\n')) out += line.empty() ? "//\n" : "// " + line + "\n";
    return out;
  }

  /// The root: fields of the file itself where it is a struct.
  Result<std::string> top() {
    TRY(std::string body, expression(root_));
    if (body.starts_with("{\n") && body.ends_with("\n}")) {
      body = body.substr(2, body.size() - 4);
      open_ = body.ends_with("...");
      if (open_) body.resize(body.size() - 3);
    } else {
      open_ = false;
    }
    return body;
  }

  Result<std::string> definitionsOf(const std::vector<std::string_view>& places) {
    std::map<std::string, const Value*> found;
    for (std::string_view place : places) {
      for (const data::Member& m : root_.get(place).members()) found.emplace(m.key.str(), &m.value);
    }
    if (openApi_) {
      for (const data::Member& m : root_.get("components", "schemas").members())
        found.emplace(m.key.str(), &m.value);
    }
    std::string out;
    for (const auto& [name, schema] : found) {
      TRY(const std::string text, expression(*schema));
      out += docs(*schema) + (cue::isIdentifier(name) ? "#" + name : "#: " + cue::quoteString(name)) + ": " +
             text + "\n\n";
    }
    return out;
  }

  Result<std::string> reference(const std::string& ref) {
    if (ref == "#") {
      refersToRoot_ = true;
      return std::string("_schema");
    }
    for (std::string_view place : {"#/definitions/", "#/$defs/", "#/components/schemas/"}) {
      if (!ref.starts_with(place)) continue;
      const std::string name = ref.substr(place.size());
      if (name.find('/') != std::string::npos) break;
      return cue::isIdentifier(name) ? "#" + name : "#." + cue::quoteString(name);
    }
    return fail(Error(ErrorCode::NotSupported, "cannot follow the reference " + cue::quoteString(ref))
                    .expected("one to #/$defs, #/definitions or #/components/schemas of the same document"));
  }

  /// Data as a constraint that only they satisfy.
  static std::string constant(const Value& value) {
    if (value.isObject()) {
      std::string out = "close({\n";
      for (const data::Member& m : value.members())
        out += labelText(m.key.str()) + "!: " + constant(m.value) + "\n";
      return out + "})";
    }
    if (value.isArray()) {
      std::vector<std::string> items;
      for (const Value& each : value.elements()) items.push_back(constant(each));
      return "[" + joined(items, ", ") + "]";
    }
    return value.isString() ? cue::quoteString(value.asString()) : data::toJson(value);
  }

  Result<std::string> expression(const Value& schema) {
    return deeper([&] { return expressionHere(schema); });
  }

  Result<std::vector<std::string>> expressions(const Value& list) {
    std::vector<std::string> out;
    for (const Value& each : list.elements()) {
      TRY(std::string text, expression(each));
      out.push_back(std::move(text));
    }
    return out;
  }

  Result<std::string> expressionHere(const Value& schema) {
    if (schema.isBool()) return std::string(schema.asBool() ? "_" : "error(\"disallowed\")");
    if (!schema.isObject()) {
      return fail(Error(ErrorCode::InvalidArgument, "not a schema")
                      .expected("an object or a bool")
                      .found(data::toJson(schema)));
    }
    std::array<bool, 6> allowed{};
    bool typed = false;
    bool integer = false;
    TRY_VOID(readTypes(schema, allowed, typed, integer));
    if (openApi_ && typed && schema.get("nullable").asBool()) allowed[kNullType] = true;

    std::array<std::vector<std::string>, 6> of;
    TRY_VOID(numbers(schema, of[kNumberType]));
    strings(schema, of[kStringType]);
    TRY_VOID(arrays(schema, of[kArrayType]));
    TRY_VOID(objects(schema, typed && allowed[kObjectType], of[kObjectType]));
    TRY(const std::vector<std::string> general, combinations(schema));

    // A constant says its type itself.
    const bool decided = schema.has("enum") || schema.has("const");
    const bool constrained =
        std::any_of(of.begin(), of.end(), [](const auto& each) { return !each.empty(); });
    std::vector<std::string> alternatives;
    if (!decided && (typed || constrained)) {
      for (std::size_t t = 0; t < kTypes.size(); ++t) {
        if (allowed[t]) alternatives.push_back(typeText(static_cast<Type>(t), of[t], integer));
      }
    }
    std::vector<std::string> all = general;
    if (!alternatives.empty()) {
      std::string text = joined(alternatives, " | ");
      if (!all.empty() && alternatives.size() > 1) text = "(" + text + ")";
      // What restricts already to the types need not name them.
      if (all.empty() || constrained || !impliesType(schema)) all.push_back(text);
    }
    return all.empty() ? std::string("_") : joined(all, " & ");
  }

  static bool impliesType(const Value& schema) {
    return !schema.has("anyOf") && !schema.has("oneOf") && !schema.has("not") && !schema.has("if") &&
           schema.has("$ref");
  }

  static Status readTypes(const Value& schema, std::array<bool, 6>& allowed, bool& typed, bool& integer) {
    const Value* type = schema.find("type");
    typed = type != nullptr;
    if (!typed) {
      allowed.fill(true);
      return {};
    }
    bool number = false;
    std::vector<Value> names;
    if (type->isString()) {
      names.push_back(*type);
    } else {
      names.assign(type->elements().begin(), type->elements().end());
    }
    for (const Value& name : names) {
      std::string word = name.asString();
      if (word == "integer") integer = true;
      if (word == "number") number = true;
      if (word == "integer") word = "number";
      if (word == "boolean") word = "bool";
      const auto known = std::find(kTypes.begin(), kTypes.end(), word);
      if (known == kTypes.end()) {
        return fail(Error(ErrorCode::InvalidArgument, "unknown type in a schema")
                        .expected("null, boolean, integer, number, string, array or object")
                        .found(data::toJson(name)));
      }
      allowed[static_cast<std::size_t>(known - kTypes.begin())] = true;
    }
    integer = integer && !number;
    return {};
  }

  static std::string typeText(Type type, const std::vector<std::string>& constraints, bool integer) {
    if (type == kNumberType && integer)
      return constraints.empty() ? "int" : "int & " + joined(constraints, " & ");
    if (!constraints.empty()) return joined(constraints, " & ");
    static constexpr std::string_view kPlain[] = {"null", "bool", "number", "string", "[...]", "{\n...\n}"};
    return std::string(kPlain[type]);
  }

  Status numbers(const Value& schema, std::vector<std::string>& out) {
    for (const data::Member& m : schema.members()) {
      const std::string& key = m.key.str();
      if (key == "minimum" || key == "maximum") {
        // Drafts up to 4 and OpenAPI 3.0 say with a bool whether the bound itself is out.
        const bool low = key == "minimum";
        const bool exclusive = schema.get(low ? "exclusiveMinimum" : "exclusiveMaximum").asBool();
        out.push_back(std::string(low ? ">" : "<") + (exclusive ? "" : "=") + m.value.numberText());
      } else if ((key == "exclusiveMinimum" || key == "exclusiveMaximum") && m.value.isNumeric()) {
        out.push_back((key == "exclusiveMinimum" ? ">" : "<") + m.value.numberText());
      } else if (key == "multipleOf") {
        out.push_back(use("math", "MultipleOf(" + m.value.numberText() + ")"));
      }
    }
    return {};
  }

  void strings(const Value& schema, std::vector<std::string>& out) {
    for (const data::Member& m : schema.members()) {
      const std::string& key = m.key.str();
      if (key == "minLength") out.push_back(use("strings", "MinRunes(" + m.value.numberText() + ")"));
      if (key == "maxLength") out.push_back(use("strings", "MaxRunes(" + m.value.numberText() + ")"));
      if (key == "pattern") out.push_back("=~" + cue::quoteString(m.value.asString()));
      if (key == "format" && schema.get("type").asString() == "string") {
        if (m.value.asString() == "date-time") out.push_back(use("time", "Time"));
        if (m.value.asString() == "uri") out.push_back(use("net", "AbsURL"));
      }
    }
  }

  Status arrays(const Value& schema, std::vector<std::string>& out) {
    std::vector<std::string> lists;
    for (const data::Member& m : schema.members()) {
      const std::string& key = m.key.str();
      if (key == "uniqueItems" && m.value.asBool()) out.push_back(use("list", "UniqueItems()"));
      if (key == "maxItems") out.push_back(use("list", "MaxItems(" + m.value.numberText() + ")"));
      if (key == "contains") {
        TRY(const std::string text, expression(m.value));
        const Value* least = schema.find("minContains");
        out.push_back(
            use("list", "MatchN(>=" + (least == nullptr ? "1" : least->numberText()) + ", " + text + ")"));
      }
      if (key == "minItems" && m.value.asInt() > 0) {
        constexpr std::int64_t kMostWritten = 1000;
        if (m.value.asInt() > kMostWritten)
          return fail(ErrorCode::NotSupported, "minItems is more than 1000");
        std::string text = "[";
        for (std::int64_t i = 0; i < m.value.asInt(); ++i) text += "_, ";
        lists.push_back(text + "...]");
      }
      // Before 2020-12, `items` with a list said what prefixItems says now, and additionalItems what items
      // says.
      const bool tuple = key == "items" && m.value.isArray();
      if (key == "prefixItems" || tuple) {
        TRY(std::vector<std::string> items, expressions(m.value));
        const Value* rest = schema.find(tuple ? "additionalItems" : "items");
        std::string tail = "...";
        if (rest != nullptr && rest->isBool() && !rest->asBool()) tail.clear();
        if (rest != nullptr && rest->isObject()) {
          TRY(const std::string more, expression(*rest));
          tail += more;
        }
        if (!tail.empty()) items.push_back(tail);
        lists.push_back("[" + joined(items, ", ") + "]");
      } else if (key == "items" && !schema.has("prefixItems")) {
        TRY(const std::string text, expression(m.value));
        lists.push_back(m.value.isBool() && !m.value.asBool() ? "[]"
                                                              : "[..." + (text == "_" ? "" : text) + "]");
      }
    }
    out.insert(out.end(), lists.begin(), lists.end());
    return {};
  }

  /// `plain`: the type object alone asks for a struct.
  Status objects(const Value& schema, bool plain, std::vector<std::string>& out) {
    for (const data::Member& m : schema.members()) {
      if (m.key == "minProperties") out.push_back(use("struct", "MinFields(" + m.value.numberText() + ")"));
      if (m.key == "maxProperties") out.push_back(use("struct", "MaxFields(" + m.value.numberText() + ")"));
    }
    const Value& required = schema.get("required");
    const Value& properties = schema.get("properties");
    const Value* additional = schema.find("additionalProperties");
    const Value* names = schema.find("propertyNames");
    const bool closes = additional != nullptr && additional->isBool() && !additional->asBool();
    const bool says = !properties.empty() || required.size() > 0 || additional != nullptr ||
                      names != nullptr || schema.has("patternProperties");
    if (!says) {
      if (plain && out.empty()) out.emplace_back("{\n...\n}");
      return {};
    }
    std::string body;
    std::set<std::string> missing;
    for (const Value& name : required.elements()) missing.insert(name.asString());
    for (const data::Member& m : properties.members()) {
      TRY(const std::string text, expression(m.value));
      body +=
          docs(m.value) + labelText(m.key.str()) + (missing.erase(m.key.str()) > 0 ? "!: " : "?: ") + text;
      if (m.value.get("deprecated").asBool()) body += " @deprecated()";
      body += "\n";
    }
    for (const std::string& name : missing) body += labelText(name) + "!: _\n";
    bool open = !closes;
    std::vector<std::string> covered;
    for (const data::Member& m : properties.members()) covered.push_back(quotedPattern(m.key.str()));
    if (!covered.empty()) covered = {"^(" + joined(covered, "|") + ")$"};
    for (const data::Member& m : schema.get("patternProperties").members()) {
      TRY(const std::string text, expression(m.value));
      body += "{[=~" + cue::quoteString(m.key.str()) + "]: " + text + "}\n";
      covered.push_back(m.key.str());
    }
    if (names != nullptr) {
      TRY(const std::string text, expression(*names));
      body += "[" + (text == "_" ? "string" : text) + "]: _\n";
      open = false;
    }
    if (additional != nullptr && additional->isObject()) {
      TRY(const std::string text, expression(*additional));
      std::vector<std::string> others;
      for (const std::string& pattern : covered) others.push_back("!~" + cue::quoteString(pattern));
      body +=
          covered.empty() ? "[string]: " + text + "\n" : "{[" + joined(others, " & ") + "]: " + text + "}\n";
      open = false;
    }
    out.push_back(closes ? "close({\n" + body + "})" : "{\n" + body + (open ? "...\n}" : "}"));
    return {};
  }

  Result<std::vector<std::string>> combinations(const Value& schema) {
    std::vector<std::string> out;
    for (const data::Member& m : schema.members()) {
      const std::string& key = m.key.str();
      if (key == "enum") {
        std::vector<std::string> values;
        for (const Value& each : m.value.elements()) values.push_back(constant(each));
        out.push_back(joined(values, " | "));
      } else if (key == "const") {
        out.push_back(constant(m.value));
      } else if (key == "$ref") {
        TRY(std::string text, reference(m.value.asString()));
        out.push_back(std::move(text));
      } else if (key == "anyOf" || key == "oneOf" || key == "allOf") {
        TRY(const std::vector<std::string> parts, expressions(m.value));
        const std::string count = key == "anyOf"   ? ">=1"
                                  : key == "oneOf" ? "1"
                                                   : std::to_string(parts.size());
        out.push_back(parts.size() == 1 ? parts[0] : "matchN(" + count + ", [" + joined(parts, ", ") + "])");
      } else if (key == "not") {
        TRY(const std::string text, expression(m.value));
        out.push_back("matchN(0, [" + text + "])");
      } else if (key == "if") {
        TRY(const std::string condition, expression(m.value));
        std::string branches[] = {"_", "_"};
        if (const Value* then = schema.find("then")) {
          TRY(branches[0], expression(*then));
        }
        if (const Value* otherwise = schema.find("else")) {
          TRY(branches[1], expression(*otherwise));
        }
        out.push_back("matchIf(" + condition + ", " + branches[0] + ", " + branches[1] + ")");
      }
    }
    return out;
  }

  const Value& root_;
  bool openApi_;
  bool open_ = true;
  bool refersToRoot_ = false;
  std::set<std::string> packages_;
};

}  // namespace

std::string interpretationOf(const data::Value& document) {
  const std::string& schema = document.get("$schema").asString();
  if (schema.find("//json-schema.org/") != std::string::npos && schema.find("schema") != std::string::npos)
    return "jsonschema";
  const Value& info = document.get("info");
  if (document.get("openapi").asString().starts_with("3.") && info.get("title").isString() &&
      info.get("version").isString())
    return "openapi";
  return {};
}

Result<std::string> cueOfJsonSchema(const data::Value& schema) {
  return Writer(schema, false).jsonSchema();
}

Result<std::string> cueOfOpenApi(const data::Value& description) {
  return Writer(description, true).openApi();
}

}  // namespace puppis::schema
