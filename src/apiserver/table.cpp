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

}  // namespace puppis::apiserver
