// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "apiserver/kind.h"
#include "base/clock.h"
#include "data/value.h"

namespace puppis::apiserver::kinds {

/// The columns that Kubernetes 1.34 prints for a resource; empty for those that print Name and Created At.
std::vector<TableColumn> columnsOf(std::string_view group, std::string_view version,
                                   std::string_view resource);

/// "3m20s", as kubectl shows a duration.
std::string humanDuration(Nanos duration);
/// The time since an RFC 3339 timestamp, or "<unknown>" when it is not set.
std::string ageSince(const data::Value& timestamp, Nanos now);
/// "a=b,c in (d,e)", or "<none>".
std::string formatSelector(const data::Value& labelSelector);
/// "a=b,c=d" of a plain map, or "<none>".
std::string formatLabels(const data::Value& labels);

/// Builds a list of columns.
class Columns {
 public:
  using Cell = std::function<data::Value(const data::Value& object, Nanos now)>;
  using Plain = std::function<data::Value(const data::Value& object)>;

  Columns& name();
  Columns& age();
  /// A column always shown.
  Columns& add(std::string title, Plain cell, std::string type = "string", int priority = 0);
  Columns& addTimed(std::string title, Cell cell, std::string type = "string", int priority = 0);
  /// A column of -o wide.
  Columns& wide(std::string title, Plain cell) { return add(std::move(title), std::move(cell), "string", 1); }
  /// Containers and Images of the pod spec at `path` ("spec.template.spec").
  Columns& containers(std::vector<std::string> path);
  [[nodiscard]] std::vector<TableColumn> take() { return std::move(columns_); }

 private:
  std::vector<TableColumn> columns_;
};

std::vector<TableColumn> podColumns();
std::vector<TableColumn> serviceColumns();
std::vector<TableColumn> nodeColumns();
std::vector<TableColumn> eventColumns(bool eventsGroup);
std::vector<TableColumn> autoscalerColumns(bool v1);
std::vector<TableColumn> coreColumns(std::string_view resource);
std::vector<TableColumn> workloadColumns(std::string_view resource);
std::vector<TableColumn> otherColumns(std::string_view group, std::string_view resource);

}  // namespace puppis::apiserver::kinds
