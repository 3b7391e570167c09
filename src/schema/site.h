// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "schema/reference.h"

namespace puppis::schema {

/// The pages of a reference site, by path ("index.html", "component/webservice.html", "style.css",
/// "search.js"): static files without any outside resource, to be served or copied anywhere. The index lists
/// every definition by kind and can be searched by name, description and parameter; each definition's page
/// has its description, examples and tables.
std::map<std::string, std::string> referenceSite(const std::vector<Reference>& references);

}  // namespace puppis::schema
