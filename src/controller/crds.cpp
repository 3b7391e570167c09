// SPDX-License-Identifier: Apache-2.0
#include "controller/crds.h"

#include <array>
#include <string>
#include <string_view>

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
std::string_view packages();
}  // namespace crds

Result<std::vector<data::Value>> customResourceDefinitions() {
  const std::array texts = {crds::applications(),
                            crds::applicationrevisions(),
                            crds::componentdefinitions(),
                            crds::traitdefinitions(),
                            crds::policydefinitions(),
                            crds::workflowstepdefinitions(),
                            crds::workloaddefinitions(),
                            crds::definitionrevisions(),
                            crds::resourcetrackers(),
                            crds::policies(),
                            crds::workflows(),
                            crds::packages()};
  std::vector<data::Value> out;
  for (std::string_view text : texts) {
    TRY(auto documents, data::parseYaml(SourceFile::make("<built-in CRD>", std::string(text))));
    for (auto& document : documents) out.push_back(std::move(document));
  }
  return out;
}

}  // namespace puppis::controller
