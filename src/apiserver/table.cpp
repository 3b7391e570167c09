// SPDX-License-Identifier: Apache-2.0
#include "apiserver/table.h"

namespace puppis::apiserver {

using data::Value;

namespace {

constexpr std::string_view kNameDescription =
    "Name must be unique within a namespace. Is required when creating resources, although some resources "
    "may allow a client to request the "
    "generation of an appropriate name automatically. Name is primarily intended for creation idempotence "
    "and configuration definition. "
    "Cannot be updated. More info: "
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names";

Value column(const std::string& name, const std::string& type, const std::string& format,
             std::string_view description, int priority) {
  return Value::object({{"name", name},
                        {"type", type},
                        {"format", format},
                        {"description", description},
                        {"priority", priority}});
}

}  // namespace

Value tableColumns(const KindInfo& kind) {
  Value out = Value::array();
  if (kind.columns.empty()) {
    out.push(column("Name", "string", "name", kNameDescription, 0));
    out.push(column("Created At", "date", "", "", 0));
    return out;
  }
  for (const TableColumn& one : kind.columns)
    out.push(column(one.name, one.type, one.format, one.description, one.priority));
  return out;
}

Value partialMetadata(const Value& object) {
  Value meta = object.get("metadata");
  // A field of its own in Kubernetes, which only the whole object shows as an annotation.
  constexpr const char* kTemplateGeneration = "deprecated.daemonset.template.generation";
  if (object.get("kind").asString() == "DaemonSet" && meta.get("annotations").has(kTemplateGeneration)) {
    meta["annotations"].erase(kTemplateGeneration);
    if (meta.get("annotations").empty()) meta.erase("annotations");
  }
  return Value::object(
      {{"kind", "PartialObjectMetadata"}, {"apiVersion", "meta.k8s.io/v1"}, {"metadata", std::move(meta)}});
}

Value tableRow(const Value& object, const KindInfo& kind, const TableStyle& style, Nanos now) {
  Value cells = Value::array();
  if (kind.columns.empty()) {
    cells.push(object.get("metadata", "name"));
    cells.push(object.get("metadata", "creationTimestamp"));
  }
  for (const TableColumn& one : kind.columns) cells.push(one.cell ? one.cell(object, now) : Value());
  Value row = Value::object({{"cells", std::move(cells)}});
  if (style.includeObject == "Object") {
    row.set("object", object);
  } else if (style.includeObject != "None") {
    Value partial = partialMetadata(object);
    partial.set("apiVersion", "meta.k8s.io/" + style.version);
    row.set("object", std::move(partial));
  } else {
    row.set("object", Value());
  }
  return row;
}

Value tableOf(Value columns, std::vector<Value> rows, Value listMeta, const TableStyle& style) {
  Value out = Value::object(
      {{"kind", "Table"}, {"apiVersion", "meta.k8s.io/" + style.version}, {"metadata", std::move(listMeta)}});
  out.set("columnDefinitions", std::move(columns));
  out.set("rows", Value::array(std::move(rows)));
  return out;
}

std::string humanDuration(Nanos age) {
  using namespace std::chrono;
  auto seconds = duration_cast<std::chrono::seconds>(age).count();
  auto text = [](std::int64_t n, const char* unit) { return std::to_string(n) + unit; };
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 60 * 2) return text(seconds, "s");
  auto minutes = seconds / 60;
  if (minutes < 10) {
    auto s = seconds % 60;
    return s == 0 ? text(minutes, "m") : text(minutes, "m") + text(s, "s");
  }
  if (minutes < 60 * 3) return text(minutes, "m");
  auto hours = minutes / 60;
  if (hours < 8) {
    auto m = minutes % 60;
    return m == 0 ? text(hours, "h") : text(hours, "h") + text(m, "m");
  }
  if (hours < 48) return text(hours, "h");
  if (hours < 24 * 8) {
    auto h = hours % 24;
    return h == 0 ? text(hours / 24, "d") : text(hours / 24, "d") + text(h, "h");
  }
  if (hours < 24 * 365 * 2) return text(hours / 24, "d");
  auto years = hours / 24 / 365;
  if (hours < 24 * 365 * 8) {
    auto d = hours / 24 % 365;
    return d == 0 ? text(years, "y") : text(years, "y") + text(d, "d");
  }
  return text(years, "y");
}

}  // namespace puppis::apiserver
