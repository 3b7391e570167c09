// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "data/value.h"

namespace puppis::render {

struct HttpQuestion {
  std::string method = "GET";
  std::string url;
  std::string body;
  std::map<std::string, std::string> header;
};
struct HttpAnswer {
  int status = 0;
  std::string body;
  std::map<std::string, std::vector<std::string>> header;
};

/// What a template may ask of the world while it is rendered: `processing.http` and the functions of
/// vela/http and vela/kube. A rendering that is given none depends on nothing but its input, and a template
/// that asks is then an error which says so. Rendering only reads: there is nothing here to change an object
/// with. Implementations may be called from several threads at once and must give up in a reasonable time.
class World {
 public:
  virtual ~World() = default;
  /// The answer, whatever its status.
  virtual Result<HttpAnswer> http(const HttpQuestion& question) = 0;
  /// An object; NotFound when it does not exist.
  virtual Result<data::Value> get(const std::string& apiVersion, const std::string& kind,
                                  const std::string& ns, const std::string& name) = 0;
  /// All objects of a kind; `ns` "" means every namespace.
  virtual Result<std::vector<data::Value>> list(const std::string& apiVersion, const std::string& kind,
                                                const std::string& ns,
                                                const std::map<std::string, std::string>& labels) = 0;
};

}  // namespace puppis::render
