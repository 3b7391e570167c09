// SPDX-License-Identifier: Apache-2.0
#include "controller/views.h"

#include <string_view>

namespace puppis::controller {

namespace views {
std::string_view application_resource_tree_view();
std::string_view application_revision_view();
std::string_view component_pod_view();
std::string_view component_service_view();
std::string_view service_applied_resources_view();
std::string_view service_endpoints_view();
}  // namespace views

std::vector<data::Value> queryViews(const std::string& ns) {
  using data::Value;
  const std::pair<const char*, std::string_view> all[] = {
      {"application-resource-tree-view", views::application_resource_tree_view()},
      {"application-revision-view", views::application_revision_view()},
      {"component-pod-view", views::component_pod_view()},
      {"component-service-view", views::component_service_view()},
      {"service-applied-resources-view", views::service_applied_resources_view()},
      {"service-endpoints-view", views::service_endpoints_view()}};
  std::vector<Value> out;
  for (const auto& [name, text] : all) {
    out.push_back(Value::object({{"apiVersion", "v1"},
                                 {"kind", "ConfigMap"},
                                 {"metadata", Value::object({{"name", name}, {"namespace", ns}})},
                                 {"data", Value::object({{"template", text}})}}));
  }
  return out;
}

}  // namespace puppis::controller
