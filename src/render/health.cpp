// SPDX-License-Identifier: Apache-2.0
#include "render/health.h"

#include <algorithm>

#include "base/strings.h"
#include "cue/cue.h"
#include "data/json.h"
#include "oam/template_text.h"
#include "render/templates.h"

namespace puppis::render {

namespace {

using data::Value;

/// Longer names are left out of the details, as KubeVela does.
constexpr std::size_t kLongestDetail = 32;

/// A status text where it lies in the definition's file, else under the definition's name.
std::shared_ptr<const SourceFile> statusSource(const oam::Definition& definition, const char* key,
                                               const std::string& text) {
  const data::Member* member = definition.object.get("spec", "status").findMember(key);
  if (definition.source != nullptr && member != nullptr) {
    if (auto source = oam::textInFile(*definition.source, member->keyMark, text)) return source;
  }
  std::string where = definition.source == nullptr ? definition.title() : definition.source->name();
  return SourceFile::make(where + " (" + key + ")", text);
}

bool isPrivate(const cue::Value& value) {
  return std::ranges::any_of(value.attributes(), [](const cue::AttributeView& attribute) {
    return !attribute.declaration && (attribute.name == "local" || attribute.name == "private");
  });
}

}  // namespace

Value StatusContext::toData() const {
  Value out = Value::object({{"appName", appName}, {"appRevision", appRevision}});
  if (!cluster.empty()) out.set("cluster", cluster);
  out.set("name", name);
  if (!namespace_.empty()) out.set("namespace", namespace_);
  if (!output.isNull()) out.set("output", output);
  Value all = Value::object();
  for (const auto& [key, object] : outputs) all.set(key, object);
  if (!all.empty()) out.set("outputs", std::move(all));
  return out;
}

struct StatusEvaluator::Impl {
  explicit Impl(std::shared_ptr<cue::Runtime> runtime) : templates(std::move(runtime)) {}

  /// The root of one status text; nothing, with the problem noted, when it does not compile.
  cue::Value evaluate(cue::Session& session, const oam::Definition& definition, const char* key,
                      const std::string& text, const Value& parameter, const Value& context,
                      LiveStatus& status) {
    auto program = templates.of(definition, key, text, [&] { return statusSource(definition, key, text); });
    if (!program) {
      status.problems.push_back(program.error());
      return {};
    }
    return session.evaluate(*program, {{"context", context, {}}, {"parameter", parameter, {}}});
  }

  /// Fills in the details and gives what later texts see as context.status.details.
  Value details(cue::Session& session, const oam::Definition& definition, const Value& parameter,
                const Value& context, LiveStatus& status) {
    Value known = Value::object();
    cue::Value root =
        evaluate(session, definition, "details", definition.statusDetails, parameter, context, status);
    if (!root.exists()) return known;
    for (const cue::FieldView& field : root.fields()) {
      const std::string& label = field.name();
      if (label.size() >= kLongestDetail || label == "context" || label == "parameter") continue;
      bool hidden = startsWith(label, "$") || isPrivate(field.value);
      if (isPrivate(field.value) && !startsWith(label, "$")) continue;
      auto data = field.value.toJson();
      if (data) known.set(label, *data);
      if (hidden) continue;
      std::string text = !data ? "_|_" : data->isString() ? data->asString() : data::toJson(*data);
      status.details.emplace_back(label, std::move(text));
    }
    return known;
  }

  Templates templates;
};

StatusEvaluator::StatusEvaluator(std::shared_ptr<cue::Runtime> runtime)
    : impl_(std::make_unique<Impl>(std::move(runtime))) {}
StatusEvaluator::~StatusEvaluator() = default;

LiveStatus StatusEvaluator::evaluate(const oam::Definition& definition, const Value& parameter,
                                     const StatusContext& context) {
  return evaluate(definition, parameter, context.toData());
}

LiveStatus StatusEvaluator::evaluate(const oam::Definition& definition, const Value& parameter,
                                     const Value& context) {
  LiveStatus out;
  Value given = parameter.isObject() ? parameter.sorted() : Value::object();
  Value seen = context.isObject() ? context.sorted() : Value::object();
  if (!seen.get("status").isObject()) seen.set("status", Value::object());
  auto note = [&](const char* key, const Error& error) {
    out.problems.push_back(Error(error).context(std::string(key) + " of " + definition.title()));
  };
  if (!definition.statusDetails.empty()) {
    cue::Session session(impl_->templates.runtime());
    Value known = impl_->details(session, definition, given, seen, out);
    seen["status"].set("details", std::move(known));
  }
  out.healthy = definition.healthPolicy.empty();
  // A Terraform module has no rule of its own: its Configuration says how far it is.
  if (definition.schematic == oam::SchematicKind::Terraform && out.healthy) {
    const Value& configuration = seen.get("output");
    const Value& status = configuration.get("status");
    out.healthy =
        status.get("apply", "state").asString() == "Available" &&
        status.get("observedGeneration").asInt() == configuration.get("metadata", "generation").asInt();
    out.message = status.get("apply", "message").asString();
  }
  if (!definition.healthPolicy.empty()) {
    cue::Session session(impl_->templates.runtime());
    cue::Value root =
        impl_->evaluate(session, definition, "healthPolicy", definition.healthPolicy, given, seen, out);
    if (root.exists()) {
      auto healthy = root.lookup("isHealth").asBool();
      if (healthy) {
        out.healthy = *healthy;
      } else {
        note("healthPolicy", healthy.error());
      }
    }
  }
  seen["status"].set("healthy", out.healthy);
  if (definition.customStatus.empty()) return out;
  cue::Session session(impl_->templates.runtime());
  cue::Value root =
      impl_->evaluate(session, definition, "customStatus", definition.customStatus, given, seen, out);
  if (!root.exists()) return out;
  if (auto failure = root.error()) {
    note("customStatus", *failure);
    return out;
  }
  auto message = root.lookup("message").asString();
  if (message) {
    out.message = std::move(*message);
  } else {
    note("customStatus", message.error());
  }
  return out;
}

}  // namespace puppis::render
