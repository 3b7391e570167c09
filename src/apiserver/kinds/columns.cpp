// SPDX-License-Identifier: Apache-2.0
#include "apiserver/kinds/columns.h"

#include <algorithm>
#include <chrono>

#include "base/strings.h"
#include "kube/kubeconfig.h"
#include "kube/selector.h"

namespace puppis::apiserver::kinds {

using data::Value;

std::string humanDuration(Nanos duration) {
  auto number = [](std::int64_t n, const char* unit) { return std::to_string(n) + unit; };
  auto two = [&](std::int64_t big, const char* bigUnit, std::int64_t small, const char* smallUnit) {
    return number(big, bigUnit) + (small == 0 ? "" : number(small, smallUnit));
  };
  std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return number(seconds, "s");
  std::int64_t minutes = seconds / 60;
  if (minutes < 10) return two(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return number(minutes, "m");
  std::int64_t hours = minutes / 60;
  if (hours < 8) return two(hours, "h", minutes % 60, "m");
  if (hours < 48) return number(hours, "h");
  std::int64_t days = hours / 24;
  if (days < 8) return two(days, "d", hours % 24, "h");
  if (days < 730) return number(days, "d");
  if (days < 365 * 8) return two(days / 365, "y", days % 365, "d");
  return number(days / 365, "y");
}

std::string ageSince(const Value& timestamp, Nanos now) {
  if (!timestamp.isString()) return "<unknown>";
  auto time = kube::parseRfc3339(timestamp.asString());
  return time ? humanDuration(now - *time) : "<unknown>";
}

std::string formatSelector(const Value& labelSelector) {
  auto selector = kube::LabelSelector::fromObject(labelSelector);
  if (!selector) return "<error>";
  std::string text = labelSelector.isNull() ? "" : selector->str();
  return text.empty() ? "<none>" : text;
}

std::string formatLabels(const Value& labels) {
  std::vector<std::string> parts;
  for (const auto& member : labels.members())
    parts.push_back(member.key.str() + "=" + member.value.asString());
  std::sort(parts.begin(), parts.end());
  return parts.empty() ? "<none>" : join(parts, ",");
}

Columns& Columns::name() {
  add("Name", [](const Value& o) { return o.get("metadata", "name"); });
  columns_.back().format = "name";
  return *this;
}

Columns& Columns::age() {
  return addTimed("Age", [](const Value& o, Nanos now) {
    return Value(ageSince(o.get("metadata", "creationTimestamp"), now));
  });
}

Columns& Columns::add(std::string title, Plain cell, std::string type, int priority) {
  return addTimed(
      std::move(title), [cell = std::move(cell)](const Value& o, Nanos) { return cell(o); }, std::move(type),
      priority);
}

Columns& Columns::addTimed(std::string title, Cell cell, std::string type, int priority) {
  TableColumn column;
  column.name = std::move(title);
  column.type = std::move(type);
  column.priority = priority;
  column.cell = std::move(cell);
  columns_.push_back(std::move(column));
  return *this;
}

Columns& Columns::containers(std::vector<std::string> path) {
  auto list = [path = std::move(path)](const Value& o, const char* field) {
    const Value* at = &o;
    for (const auto& step : path) at = &at->get(step);
    std::vector<std::string> parts;
    for (const auto& container : at->get("containers").elements())
      parts.push_back(container.get(field).asString());
    return Value(join(parts, ","));
  };
  wide("Containers", [list](const Value& o) { return list(o, "name"); });
  return wide("Images", [list](const Value& o) { return list(o, "image"); });
}

std::vector<TableColumn> columnsOf(std::string_view group, std::string_view version,
                                   std::string_view resource) {
  if (resource == "pods" && group.empty()) return podColumns();
  if (resource == "services" && group.empty()) return serviceColumns();
  if (resource == "nodes" && group.empty()) return nodeColumns();
  if (resource == "events") return eventColumns(!group.empty());
  if (group == "autoscaling") return autoscalerColumns(version == "v1");
  if (group.empty()) return coreColumns(resource);
  if (group == "apps" || group == "batch") return workloadColumns(resource);
  return otherColumns(group, resource);
}

}  // namespace puppis::apiserver::kinds
