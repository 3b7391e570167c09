// SPDX-License-Identifier: Apache-2.0
#include "apiserver/cel_rules.h"

#include <map>
#include <mutex>
#include <optional>

#include "base/strings.h"
#include "cel/program.h"

namespace puppis::apiserver {
namespace {

using cel::TypeKind;
using data::Value;

/// The type that rules see a schema as. What rules may not look into (fields that are kept without being
/// named) is left out.
const cel::Type* typeOf(const Schema& schema, cel::TypePool& pool, bool root, int depth = 0) {
  if (depth > 64) return cel::simple(TypeKind::Dyn);
  switch (schema.type) {
    case SchemaType::Boolean:
      return cel::simple(TypeKind::Bool);
    case SchemaType::Integer:
      return cel::simple(TypeKind::Int);
    case SchemaType::Number:
      return cel::simple(TypeKind::Double);
    case SchemaType::Quantity:
      return cel::simple(TypeKind::String);
    case SchemaType::String:
      if (schema.format == "byte") return cel::simple(TypeKind::Bytes);
      if (schema.format == "date-time" || schema.format == "date") return cel::simple(TypeKind::Timestamp);
      if (schema.format == "duration") return cel::simple(TypeKind::Duration);
      return cel::simple(TypeKind::String);
    case SchemaType::Array:
      return &pool.make(TypeKind::List, schema.items != nullptr
                                            ? typeOf(*schema.items, pool, false, depth + 1)
                                            : cel::simple(TypeKind::Dyn));
    case SchemaType::Object:
      break;
    default:
      return cel::simple(TypeKind::Dyn);
  }
  if (schema.additional != nullptr && schema.properties.empty()) {
    return &pool.make(TypeKind::Map, typeOf(*schema.additional, pool, false, depth + 1));
  }
  cel::Type& out = pool.make(TypeKind::Object);
  for (const auto& [name, property] : schema.properties)
    out.fields[name] = typeOf(*property, pool, false, depth + 1);
  if (root || schema.embeddedResource) {
    out.fields["apiVersion"] = cel::simple(TypeKind::String);
    out.fields["kind"] = cel::simple(TypeKind::String);
    cel::Type& metadata = pool.make(TypeKind::Object);
    metadata.fields["name"] = cel::simple(TypeKind::String);
    metadata.fields["generateName"] = cel::simple(TypeKind::String);
    out.fields["metadata"] = &metadata;
  }
  return &out;
}

struct Compiled {
  std::shared_ptr<cel::TypePool> types;
  const cel::Type* self = nullptr;
  cel::Program program;
  std::optional<cel::Program> message;
};

Result<Compiled> compile(const SchemaRule& rule, const Schema& schema, bool root) {
  auto types = std::make_shared<cel::TypePool>();
  const cel::Type* self = typeOf(schema, *types, root);
  cel::Declarations declared = {{"self", self}};
  declared["oldSelf"] = rule.optionalOldSelf ? &types->make(TypeKind::Optional, self) : self;
  auto failed = [](const Error& error) {
    bool verdict = startsWith(error.message(), "must evaluate");
    return fail(ErrorCode::InvalidArgument,
                (verdict ? "cel expression " : "compilation failed: ") + error.message());
  };
  auto program = cel::Program::compile(rule.rule, declared, TypeKind::Bool);
  if (!program) return failed(program.error());
  Compiled out{types, self, std::move(*program), std::nullopt};
  if (rule.messageExpression.empty()) return out;
  auto message = cel::Program::compile(rule.messageExpression, declared, TypeKind::String);
  if (!message) return failed(message.error());
  out.message = std::move(*message);
  return out;
}

class CelRules final : public RuleEvaluator {
 public:
  Status accepts(const SchemaRule& rule, const Schema& schema, bool root) override {
    TRY_VOID(compile(rule, schema, root));
    return {};
  }

  void check(const Schema& schema, const Value& self, const Value* old, const std::string& path,
             Faults& faults) override {
    std::shared_ptr<const std::vector<Compiled>> rules = compiled(schema, path.empty());
    for (std::size_t i = 0; i < rules->size(); ++i) {
      const SchemaRule& rule = schema.limits->rules[i];
      const Compiled& one = (*rules)[i];
      bool transition = one.program.uses("oldSelf");
      if (transition && old == nullptr && !rule.optionalOldSelf) continue;
      cel::Bindings bindings = {{"self", cel::Val::ofJson(self, one.self)}};
      if (transition) {
        std::optional<cel::Val> before;
        if (old != nullptr) before = cel::Val::ofJson(*old, one.self);
        bindings["oldSelf"] = rule.optionalOldSelf ? cel::Val::ofOptional(before) : std::move(*before);
      }
      auto verdict = one.program.evaluate(bindings);
      std::string where = path.empty() ? std::string("") : path;
      std::string text(trim(rule.rule));
      if (!verdict) {
        faults.invalid(
            where, Value(std::string(typeWord(schema.type))),
            verdict.error().message() + " evaluating rule: " + (rule.message.empty() ? text : rule.message));
      } else if (verdict->kind != TypeKind::Bool || !verdict->boolean) {
        refuse(schema, rule, one, bindings, where, text, faults);
      }
    }
  }

 private:
  static void refuse(const Schema& schema, const SchemaRule& rule, const Compiled& one,
                     const cel::Bindings& bindings, std::string where, const std::string& text,
                     Faults& faults) {
    std::string message = rule.message.empty() ? "failed rule: " + text : std::string(trim(rule.message));
    if (one.message) {
      auto said = one.message->evaluate(bindings);
      if (said && said->kind == TypeKind::String && !trim(said->text).empty() &&
          said->text.find('\n') == std::string::npos) {
        message = std::string(trim(said->text));
      }
    }
    if (!rule.fieldPath.empty()) where += rule.fieldPath;
    if (startsWith(where, ".")) where.erase(0, 1);
    if (rule.reason == "FieldValueForbidden")
      faults.forbidden(where, message);
    else if (rule.reason == "FieldValueRequired")
      faults.required(where, message);
    else if (rule.reason == "FieldValueDuplicate")
      faults.duplicate(where, Value(std::string(typeWord(schema.type))));
    else
      faults.invalid(where, Value(std::string(typeWord(schema.type))), message);
  }

  /// The rules of a schema, compiled once for its lifetime. They were accepted at registration, so that each
  /// compiles.
  std::shared_ptr<const std::vector<Compiled>> compiled(const Schema& schema, bool root) {
    std::lock_guard lock(mutex_);
    Entry& entry = cache_[schema.limits.get()];
    if (entry.rules && entry.limits.lock() == schema.limits) return entry.rules;
    auto made = std::make_shared<std::vector<Compiled>>();
    for (const auto& rule : schema.limits->rules) {
      auto one = compile(rule, schema, root);
      if (!one) {
        // known only from before this version understood less: such a rule refuses, it does not pass
        SchemaRule never = rule;
        never.rule = "false";
        never.messageExpression.clear();
        one = compile(never, schema, root);
      }
      if (one) made->push_back(std::move(*one));
    }
    std::erase_if(cache_, [](const auto& old) { return old.second.rules && old.second.limits.expired(); });
    cache_[schema.limits.get()] = {schema.limits, made};
    return made;
  }

  struct Entry {
    std::weak_ptr<const SchemaLimits> limits;
    std::shared_ptr<const std::vector<Compiled>> rules;
  };
  std::mutex mutex_;
  std::map<const SchemaLimits*, Entry> cache_;
};

}  // namespace

std::shared_ptr<RuleEvaluator> makeCelRules() {
  return std::make_shared<CelRules>();
}

}  // namespace puppis::apiserver
