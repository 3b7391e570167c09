// SPDX-License-Identifier: Apache-2.0
#include "apiserver/ssa/typed.h"

#include <map>
#include <set>
#include <vector>

#include "base/strings.h"
#include "data/json.h"

namespace puppis::apiserver {

using data::Value;

namespace {

enum class Shape : std::uint8_t { Scalar, Map, WholeMap, KeyedList, WholeList };

bool freeForm(const Schema& schema) {
  return schema.type == SchemaType::Any ||
         (schema.type == SchemaType::Object && schema.preserveUnknown && schema.properties.empty());
}

Shape shapeOf(const Value* value, TypeRef type) {
  bool known = type.schema != nullptr && !freeForm(*type.schema) && !type.onePiece;
  if (known) {
    const Schema& schema = *type.schema;
    bool nothing = value == nullptr || value->isNull();
    if (schema.type == SchemaType::Object && (nothing || value->isObject()))
      return schema.atomicMap ? Shape::WholeMap : Shape::Map;
    if (schema.type == SchemaType::Array && (nothing || value->isArray())) {
      return schema.listType == ListType::Atomic ? Shape::WholeList : Shape::KeyedList;
    }
    if (nothing) return Shape::Scalar;
  }
  if (value == nullptr || value->isNull()) return Shape::Scalar;
  if (value->isArray()) return Shape::WholeList;
  if (value->isObject()) {
    bool whole = type.onePiece || (type.schema != nullptr && type.schema->atomicMap);
    return whole ? Shape::WholeMap : Shape::Map;
  }
  return Shape::Scalar;
}

bool isStructField(TypeRef type, std::string_view key) {
  return type.schema != nullptr && !type.onePiece &&
         type.schema->properties.find(key) != type.schema->properties.end();
}

TypeRef fieldType(TypeRef type, std::string_view key) {
  if (type.schema == nullptr || type.onePiece) return type;
  if (const Schema* field = type.schema->field(key)) return {field, false};
  // An object that says nothing of its fields holds each as one piece; one that keeps the unknown looks at
  // their shapes.
  bool says = freeForm(*type.schema) || type.schema->preserveUnknown || !type.schema->properties.empty();
  return {nullptr, !says};
}

TypeRef itemType(TypeRef type) {
  return {type.schema == nullptr ? nullptr : type.schema->items, false};
}

/// The path element of an item of a keyed list; empty when it has none.
std::string elementOf(const Value& item, const Schema& list) {
  if (list.listMapKeys.empty()) {
    if (item.isObject() || item.isArray() || item.isNull()) return {};
    return "v:" + data::toJson(item);
  }
  if (!item.isObject()) return {};
  Value key = Value::object();
  for (const std::string& name : list.listMapKeys) {
    if (const Value* part = item.find(name)) {
      key.set(name, *part);
    } else if (list.items != nullptr) {
      const Schema* field = list.items->field(name);
      if (field != nullptr && field->defaultValue) key.set(name, *field->defaultValue);
    }
  }
  if (key.empty()) return {};
  return "k:" + data::toJson(key, {.sortKeys = true});
}

bool emptyOrNull(const Value* value) {
  return value == nullptr || value->size() == 0;
}

class Comparer {
 public:
  explicit Comparer(Comparison& out) : out_(out) {}

  void compare(const Value* left, const Value* right, TypeRef type) {
    Shape l = shapeOf(left, type), r = shapeOf(right, type);
    bool leaf = false;
    if (right == nullptr) {
      leaf = handle(left, right, type, l);
    } else if (left == nullptr || l == r) {
      leaf = handle(left, right, type, r);
    } else {
      // null takes the shape of the other side.
      if (left->isNull()) {
        leaf = handle(left, right, type, r);
      } else if (right->isNull()) {
        leaf = handle(left, right, type, l);
      } else {
        handle(left, right, type, l);
        leaf = handle(left, right, type, r);
      }
    }
    if (leaf) return;
    if (left == nullptr) {
      out_.added.insert(path_);
    } else if (right == nullptr) {
      out_.removed.insert(path_);
    }
  }

 private:
  /// Whether it was a leaf.
  bool handle(const Value* left, const Value* right, TypeRef type, Shape shape) {
    bool isMap = shape == Shape::Map, isList = shape == Shape::KeyedList;
    const Value* l = left != nullptr && (isMap ? left->isObject() : left->isArray()) ? left : nullptr;
    const Value* r = right != nullptr && (isMap ? right->isObject() : right->isArray()) ? right : nullptr;
    if ((!isMap && !isList) || (emptyOrNull(l) && emptyOrNull(r))) {
      leaf(left, right);
      return true;
    }
    if (isMap) {
      map(l, r, type);
    } else {
      list(l, r, type);
    }
    return false;
  }

  void leaf(const Value* left, const Value* right) {
    if (left == nullptr) {
      out_.added.insert(path_);
    } else if (right == nullptr) {
      out_.removed.insert(path_);
    } else if (!(*left == *right)) {
      out_.modified.insert(path_);
    }
  }

  void below(const std::string& element, const Value* left, const Value* right, TypeRef type) {
    path_.push_back(element);
    compare(left, right, type);
    path_.pop_back();
  }

  void map(const Value* left, const Value* right, TypeRef type) {
    if (left != nullptr) {
      for (const data::Member& member : left->members()) {
        const Value* other = right == nullptr ? nullptr : right->find(member.key.str());
        if (other != nullptr && other->sharesWith(member.value)) continue;
        below("f:" + member.key.str(), &member.value, other, fieldType(type, member.key.str()));
      }
    }
    if (right == nullptr) return;
    for (const data::Member& member : right->members()) {
      if (left != nullptr && left->has(member.key.str())) continue;
      below("f:" + member.key.str(), nullptr, &member.value, fieldType(type, member.key.str()));
    }
  }

  using Grouped = std::map<std::string, std::vector<const Value*>>;
  static Grouped group(const Value* list, const Schema& schema) {
    Grouped out;
    if (list == nullptr) return out;
    for (const Value& item : list->elements()) {
      std::string element = elementOf(item, schema);
      if (!element.empty()) out[element].push_back(&item);
    }
    return out;
  }

  void list(const Value* left, const Value* right, TypeRef type) {
    Grouped l = group(left, *type.schema), r = group(right, *type.schema);
    std::set<std::string> all;
    for (const auto& [element, items] : l) all.insert(element);
    for (const auto& [element, items] : r) all.insert(element);
    static const std::vector<const Value*> kNone;
    for (const std::string& element : all) {
      const auto& ls = l.count(element) != 0 ? l[element] : kNone;
      const auto& rs = r.count(element) != 0 ? r[element] : kNone;
      if (ls.size() <= 1 && rs.size() <= 1) {
        below(element, ls.empty() ? nullptr : ls[0], rs.empty() ? nullptr : rs[0], itemType(type));
        continue;
      }
      // Duplicates are one piece.
      FieldPath at = path_;
      at.push_back(element);
      if (ls.size() >= 2 && rs.size() >= 2) {
        bool same = ls.size() == rs.size();
        for (std::size_t i = 0; same && i < ls.size(); ++i) same = *ls[i] == *rs[i];
        if (!same) out_.modified.insert(at);
      } else if (ls.size() >= 2) {
        if (!rs.empty()) below(element, nullptr, rs[0], itemType(type));
        out_.removed.insert(at);
      } else {
        if (!ls.empty()) below(element, ls[0], nullptr, itemType(type));
        out_.added.insert(at);
      }
    }
  }

  Comparison& out_;
  FieldPath path_;
};

void collectFields(const Value& value, TypeRef type, FieldPath& path, FieldSet& out) {
  switch (shapeOf(&value, type)) {
    case Shape::Scalar:
    case Shape::WholeMap:
    case Shape::WholeList:
      out.insert(path);
      return;
    case Shape::Map:
      for (const data::Member& member : value.members()) {
        const std::string& key = member.key.str();
        path.push_back("f:" + key);
        collectFields(member.value, fieldType(type, key), path, out);
        bool hollow = member.value.isNull() || (member.value.isObject() && member.value.empty());
        if (hollow || !isStructField(type, key)) out.insert(path);
        path.pop_back();
      }
      return;
    case Shape::KeyedList: {
      std::map<std::string, int> seen;
      for (const Value& item : value.elements()) ++seen[elementOf(item, *type.schema)];
      for (const Value& item : value.elements()) {
        std::string element = elementOf(item, *type.schema);
        if (element.empty()) continue;
        path.push_back(element);
        if (seen[element] == 1) collectFields(item, itemType(type), path, out);
        out.insert(path);
        path.pop_back();
      }
      return;
    }
  }
}

class Merger {
 public:
  /// Nothing when nothing comes out.
  Result<std::optional<Value>> merge(const Value* left, const Value* right, TypeRef type) {
    Shape shape = shapeOf(right == nullptr || (right->isNull() && left != nullptr) ? left : right, type);
    bool isMap = shape == Shape::Map, isList = shape == Shape::KeyedList;
    const Value* l = left != nullptr && (isMap ? left->isObject() : left->isArray()) ? left : nullptr;
    const Value* r = right != nullptr && (isMap ? right->isObject() : right->isArray()) ? right : nullptr;
    if ((!isMap && !isList) || (emptyOrNull(l) && emptyOrNull(r))) {
      return std::optional<Value>(right != nullptr ? *right : *left);
    }
    if (isMap && r == nullptr) return std::optional<Value>(*l);
    return isMap ? map(l, *r, type) : list(l, r, type);
  }

 private:
  Result<std::optional<Value>> map(const Value* left, const Value& right, TypeRef type) {
    Value out = left != nullptr ? *left : Value::object();
    for (const data::Member& member : right.members()) {
      const std::string& key = member.key.str();
      const Value* had = left == nullptr ? nullptr : left->find(key);
      TRY(std::optional<Value> made, merge(had, &member.value, fieldType(type, key)));
      if (made) out.set(key, std::move(*made));
    }
    if (out.empty()) return std::optional<Value>{};
    return std::optional<Value>(std::move(out));
  }

  Result<std::optional<Value>> list(const Value* left, const Value* right, TypeRef type) {
    const Schema& schema = *type.schema;
    std::vector<std::string> ls, rs;
    std::map<std::string, const Value*> inLeft, inRight;
    if (left != nullptr) {
      for (const Value& item : left->elements()) {
        std::string element = elementOf(item, schema);
        ls.push_back(element);
        auto [it, fresh] = inLeft.emplace(element, &item);
        if (!fresh) it->second = nullptr;  // more than one: none of them is merged with
      }
    }
    if (right != nullptr) {
      for (const Value& item : right->elements()) {
        std::string element = elementOf(item, schema);
        if (element.empty()) {
          return fail(
              Error(ErrorCode::Invalid, "associative list with keys has an element that omits key field " +
                                            data::toJson(Value(join(schema.listMapKeys, ", "))) +
                                            " (and doesn't have default value)"));
        }
        if (!inRight.emplace(element, &item).second) {
          return fail(Error(ErrorCode::Invalid, "duplicate entries for key " + pathText({element})));
        }
        rs.push_back(element);
      }
    }
    std::vector<std::string> shared;
    for (const std::string& element : rs) {
      if (inLeft.count(element) != 0) shared.push_back(element);
    }
    std::size_t nextShared = 0;
    std::set<std::string> merged;
    Value out = Value::array();
    auto take = [&](const std::string& element, const Value* l, const Value* r) -> Status {
      (void)element;
      if (l == nullptr && r == nullptr) return {};
      TRY(std::optional<Value> made, merge(l, r, itemType(type)));
      if (made) out.push(std::move(*made));
      return {};
    };
    auto leftOf = [&](const std::string& element) -> const Value* {
      auto it = inLeft.find(element);
      return it == inLeft.end() ? nullptr : it->second;
    };
    // Items keep the order of the right side; those only on the left stay where they were among the others.
    for (std::size_t l = 0, r = 0; l < ls.size() || r < rs.size();) {
      if (l < ls.size() && r < rs.size()) {
        const std::string& element = ls[l];
        if (element == rs[r]) {
          merged.insert(element);
          TRY_VOID(take(element, leftOf(element), inRight[element]));
          ++l;
          ++r;
          ++nextShared;
          continue;
        }
        if (inRight.count(element) != 0 && nextShared < shared.size() && shared[nextShared] != element) {
          ++l;
          continue;
        }
      }
      if (l < ls.size()) {
        const std::string& element = ls[l];
        if (inRight.count(element) == 0) {
          TRY_VOID(take(element, &left->at(l), nullptr));
          ++l;
          continue;
        }
        if (merged.count(element) != 0) ++l;
      }
      if (r < rs.size()) {
        const std::string& element = rs[r];
        merged.insert(element);
        TRY_VOID(take(element, leftOf(element), inRight[element]));
        ++r;
        if (nextShared < shared.size() && shared[nextShared] == element) ++nextShared;
      }
    }
    if (out.empty()) return std::optional<Value>{};
    return std::optional<Value>(std::move(out));
  }
};

}  // namespace

Comparison compareTyped(const Value* left, const Value* right, TypeRef type) {
  Comparison out;
  Comparer(out).compare(left, right, type);
  out.removed.member = out.modified.member = out.added.member = false;
  return out;
}

FieldSet fieldsOf(const Value& value, TypeRef type) {
  FieldSet out;
  FieldPath path;
  collectFields(value, type, path, out);
  out.member = false;
  return out;
}

Result<Value> mergeTyped(const Value& left, const Value& right, TypeRef type) {
  Merger merger;
  TRY(std::optional<Value> out, merger.merge(left.isNull() ? nullptr : &left, &right, type));
  return out ? std::move(*out) : Value::object();
}

Value removeFields(const Value& value, const FieldSet& fields, TypeRef type) {
  switch (shapeOf(&value, type)) {
    case Shape::Scalar:
      return value;
    case Shape::WholeMap:
    case Shape::WholeList:
      return {};
    case Shape::Map: {
      Value out = Value::object();
      for (const data::Member& member : value.members()) {
        const FieldSet* below = fields.child("f:" + member.key.str());
        if (below != nullptr && below->member) continue;
        bool deeper = below != nullptr && !below->children.empty();
        out.append(member.key, deeper ? removeFields(member.value, *below, fieldType(type, member.key.str()))
                                      : member.value);
      }
      return out.empty() ? Value() : out;
    }
    case Shape::KeyedList: {
      Value out = Value::array();
      for (const Value& item : value.elements()) {
        const FieldSet* below = fields.child(elementOf(item, *type.schema));
        if (below != nullptr && below->member) continue;
        bool deeper = below != nullptr && !below->children.empty();
        out.push(deeper ? removeFields(item, *below, itemType(type)) : item);
      }
      return out.empty() ? Value() : out;
    }
  }
  return value;
}

FieldSet withNamedFields(const FieldSet& set, TypeRef type) {
  FieldSet out;
  out.member = set.member;
  for (const auto& [element, below] : set.children) {
    TypeRef inner;
    bool named = false;
    if (element[0] == 'f') {
      std::string_view key = std::string_view(element).substr(2);
      inner = fieldType(type, key);
      named = isStructField(type, key);
    } else {
      inner = itemType(type);
    }
    FieldSet made = withNamedFields(below, inner);
    if (named && !below.children.empty()) made.member = true;
    out.children.emplace(element, std::move(made));
  }
  return out;
}

namespace {

/// A scalar as Go shows the wrapper that it is kept in.
std::string goShown(const Value& value) {
  return "&value.valueUnstructured{Value:" + data::toJson(value) + "}";
}

const char* expectedScalar(const Schema& schema, const Value& value) {
  if (value.isNull()) return nullptr;
  switch (schema.type) {
    case SchemaType::String:
      return value.isString() ? nullptr : "string";
    case SchemaType::Integer:
    case SchemaType::Number:
      return value.isNumeric() ? nullptr : "numeric (int or float)";
    case SchemaType::Boolean:
      return value.isBool() ? nullptr : "boolean";
    default:
      return nullptr;
  }
}

std::string misfitAt(const Value& value, TypeRef type, FieldPath& path) {
  if (type.schema == nullptr || type.onePiece || freeForm(*type.schema)) return {};
  const Schema& schema = *type.schema;
  bool quantity = endsWith(schema.name, "resource.Quantity");  // a string or a number
  bool scalar = !value.isObject() && !value.isArray();
  if (const char* wanted = quantity ? nullptr : expectedScalar(schema, value); wanted != nullptr && scalar)
    return pathText(path) + ": expected " + wanted + ", got " + goShown(value);
  if (value.isObject() && schema.type == SchemaType::Object) {
    bool closed = !schema.preserveUnknown && !schema.properties.empty() && schema.additional == nullptr;
    for (const data::Member& member : value.members()) {
      path.push_back("f:" + member.key.str());
      const Schema* field = schema.field(member.key.str());
      std::string fault;
      if (field != nullptr) {
        fault = misfitAt(member.value, {field, false}, path);
      } else if (closed) {
        fault = pathText(path) + ": field not declared in schema";
      }
      path.pop_back();
      if (!fault.empty()) return fault;
    }
  } else if (value.isArray() && schema.type == SchemaType::Array && schema.items != nullptr) {
    std::size_t at = 0;
    for (const Value& item : value.elements()) {
      std::string element = schema.listType == ListType::Atomic ? "" : elementOf(item, schema);
      path.push_back(element.empty() ? "i:" + std::to_string(at) : element);
      ++at;
      std::string fault = misfitAt(item, {schema.items, false}, path);
      path.pop_back();
      if (!fault.empty()) return fault;
    }
  }
  return {};
}

}  // namespace

std::string misfit(const Value& value, TypeRef type) {
  FieldPath path;
  return misfitAt(value, type, path);
}

}  // namespace puppis::apiserver
