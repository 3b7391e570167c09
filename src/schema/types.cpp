// SPDX-License-Identifier: Apache-2.0
#include "schema/types.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <vector>

#include "base/strings.h"
#include "data/json.h"

namespace puppis::schema {

namespace {

using data::Value;

struct Field {
  std::string name;
  const Value* schema;
  bool required;
};

std::vector<Field> fieldsOf(const Value& schema) {
  std::set<std::string> required;
  for (const Value& name : schema.get("required").elements()) required.insert(name.asString());
  std::vector<Field> out;
  for (const data::Member& m : schema.get("properties").members())
    out.push_back({m.key.str(), &m.value, required.contains(m.key.str())});
  return out;
}

/// The description as comment lines.
std::string comment(const Value& schema, std::string_view indent) {
  std::string out;
  const std::string& text = schema.get("description").asString();
  if (text.empty()) return out;
  for (const std::string& line : split(text, '\n')) {
    out += std::string(indent) + "//" + (line.empty() ? "" : " " + line) + "\n";
  }
  return out;
}

/// A string constant of Go and TypeScript alike.
std::string quoted(const std::string& text) {
  return data::toJson(Value(text));
}

/// What both languages share: objects get types of their own, written after the one they occur in.
class Types {
 public:
  virtual ~Types() = default;

  std::string all(const std::string& name, std::string_view text, const Value& schema) {
    used_.insert(name);
    std::string out = declared(name, text, schema);
    while (!waiting_.empty()) {
      Waiting next = std::move(waiting_.front());
      waiting_.erase(waiting_.begin());
      out += "\n" + declared(next.name, next.schema.get("description").asString(), next.schema);
    }
    return out;
  }

 protected:
  struct Scalars {
    std::string_view text, integer, number, boolean, any;
  };

  virtual std::string declared(const std::string& name, std::string_view text, const Value& schema) = 0;
  [[nodiscard]] virtual Scalars scalars() const = 0;
  [[nodiscard]] virtual std::string listOf(std::string element) const = 0;
  [[nodiscard]] virtual std::string mapOf(std::string element) const = 0;
  virtual std::string choice(const std::string& name, const Value& choices) = 0;

  /// The type of a schema; `name` is for an object that needs one of its own.
  std::string typeOf(const std::string& name, const Value& schema) {
    const std::string& type = schema.get("type").asString();
    if (type == "object" && !schema.get("properties").empty()) {
      std::string own = unique(name);
      waiting_.push_back({own, schema});
      return own;
    }
    if (type == "object") {
      const Value& any = schema.get("additionalProperties");
      return mapOf(any.isObject() && !any.empty() ? typeOf(name + "Value", any) : std::string(scalars().any));
    }
    if (type == "array") {
      const Value& items = schema.get("items");
      return listOf(items.isObject() && !items.empty() ? typeOf(singular(name), items)
                                                       : std::string(scalars().any));
    }
    if (type == "string" && schema.has("enum") && !schema.has("oneOf"))
      return choice(name, schema.get("enum"));
    if (type == "string") return std::string(scalars().text);
    if (type == "integer") return std::string(scalars().integer);
    if (type == "number") return std::string(scalars().number);
    if (type == "boolean") return std::string(scalars().boolean);
    return std::string(scalars().any);
  }

  std::string unique(const std::string& name) {
    std::string out = name;
    for (int i = 2; !used_.insert(out).second; ++i) out = name + std::to_string(i);
    return out;
  }

 private:
  struct Waiting {
    std::string name;
    Value schema;
  };

  static std::string singular(const std::string& name) {
    bool plural = endsWith(name, "s") && !endsWith(name, "ss") && name.size() > 3;
    return plural ? name.substr(0, name.size() - 1) : name + "Item";
  }

  std::vector<Waiting> waiting_;
  std::set<std::string> used_;
};

class GoTypes final : public Types {
 protected:
  std::string declared(const std::string& name, std::string_view text, const Value& schema) override {
    std::string out =
        "// " + name + (text.empty() ? " is an object." : ": " + join(split(text, '\n'), " ")) + "\n";
    if (schema.get("properties").empty())
      return out + "type " + name + " " + typeOf(name + "Value", schema) + "\n";
    std::vector<Field> fields = fieldsOf(schema);
    out += "type " + name + " struct {\n";
    std::set<std::string> names;
    for (const Field& field : fields) {
      std::string own = typeName(field.name);
      while (!names.insert(own).second) own += "_";
      std::string type = typeOf(name + own, *field.schema);
      bool bare = field.required || startsWith(type, "[]") || startsWith(type, "map[") || type == "any";
      out += comment(*field.schema, "\t") + "\t" + own + " " + (bare ? "" : "*") + type + " `json:\"" +
             field.name + (field.required ? "" : ",omitempty") + "\"`\n";
    }
    out += "}\n" + choices_;
    choices_.clear();
    return out;
  }
  [[nodiscard]] Scalars scalars() const override { return {"string", "int64", "float64", "bool", "any"}; }
  [[nodiscard]] std::string listOf(std::string element) const override { return "[]" + element; }
  [[nodiscard]] std::string mapOf(std::string element) const override { return "map[string]" + element; }
  std::string choice(const std::string& name, const Value& choices) override {
    std::string own = unique(name);
    choices_ += "\n// " + own + " is one of the constants below.\ntype " + own + " string\n\nconst (\n";
    std::set<std::string> names;
    for (const Value& one : choices.elements()) {
      std::string constant = own + (one.asString().empty() ? "None" : typeName(one.asString()));
      while (!names.insert(constant).second) constant += "_";
      choices_ += "\t" + constant + " " + own + " = " + quoted(one.asString()) + "\n";
    }
    choices_ += ")\n";
    return own;
  }

 private:
  std::string choices_;
};

bool isIdentifier(std::string_view name) {
  auto letter = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$';
  };
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
         std::ranges::all_of(name, letter);
}

class TypescriptTypes final : public Types {
 protected:
  std::string declared(const std::string& name, std::string_view text, const Value& schema) override {
    std::string out;
    if (!text.empty()) out += "// " + join(split(text, '\n'), " ") + "\n";
    if (schema.get("properties").empty())
      return out + "export type " + name + " = " + typeOf(name + "Value", schema) + ";\n";
    out += "export interface " + name + " {\n";
    for (const Field& field : fieldsOf(schema)) {
      out += comment(*field.schema, "  ") + "  " +
             (isIdentifier(field.name) ? field.name : quoted(field.name)) + (field.required ? ": " : "?: ") +
             typeOf(name + typeName(field.name), *field.schema) +
             (field.schema->get("nullable").asBool() ? " | null" : "") + ";\n";
    }
    return out + "}\n";
  }
  [[nodiscard]] Scalars scalars() const override {
    return {"string", "number", "number", "boolean", "unknown"};
  }
  [[nodiscard]] std::string listOf(std::string element) const override { return "Array<" + element + ">"; }
  [[nodiscard]] std::string mapOf(std::string element) const override {
    return "Record<string, " + element + ">";
  }
  std::string choice(const std::string&, const Value& choices) override {
    std::vector<std::string> words;
    for (const Value& one : choices.elements()) words.push_back(quoted(one.asString()));
    return join(words, " | ");
  }
};

}  // namespace

std::string typeName(std::string_view name) {
  std::string out;
  bool upper = true;
  for (char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) {
      upper = true;
      continue;
    }
    out += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = false;
  }
  if (out.empty() || std::isdigit(static_cast<unsigned char>(out.front())) != 0) out.insert(0, "X");
  return out;
}

std::string goTypes(std::string_view name, std::string_view comment, const Value& schema,
                    std::string_view package) {
  return "// Made by `puppis def gen-api`. DO NOT EDIT.\n\npackage " + std::string(package) + "\n\n" +
         GoTypes().all(typeName(name), comment, schema);
}

std::string typescriptTypes(std::string_view name, std::string_view comment, const Value& schema) {
  return "// Made by `puppis def gen-api`. Do not edit.\n\n" +
         TypescriptTypes().all(typeName(name), comment, schema);
}

}  // namespace puppis::schema
