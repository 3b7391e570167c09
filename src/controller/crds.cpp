// SPDX-License-Identifier: Apache-2.0
#include "controller/crds.h"

#include <string_view>
#include <utility>

#include "data/yaml.h"

namespace puppis::controller {

namespace crds {
std::string_view applications();
std::string_view applicationrevisions();
std::string_view componentdefinitions();
std::string_view traitdefinitions();
std::string_view policydefinitions();
std::string_view workflowstepdefinitions();
std::string_view workloaddefinitions();
std::string_view definitionrevisions();
std::string_view resourcetrackers();
std::string_view policies();
std::string_view workflows();
std::string_view workflowruns();
std::string_view packages();
}  // namespace crds

std::vector<std::string> crdManifests() {
  std::vector<std::string> out;
  for (std::string_view text :
       {crds::applications(), crds::applicationrevisions(), crds::componentdefinitions(),
        crds::traitdefinitions(), crds::policydefinitions(), crds::workflowstepdefinitions(),
        crds::workloaddefinitions(), crds::definitionrevisions(), crds::resourcetrackers(), crds::policies(),
        crds::workflows(), crds::workflowruns(), crds::packages()}) {
    out.emplace_back(text);
  }
  return out;
}

Result<std::vector<data::Value>> customResourceDefinitions() {
  std::vector<data::Value> out;
  for (auto& text : crdManifests()) {
    TRY(auto documents, data::parseYaml(SourceFile::make("<built-in CRD>", std::move(text))));
    for (auto& document : documents) out.push_back(std::move(document));
  }
  return out;
}

}  // namespace puppis::controller
