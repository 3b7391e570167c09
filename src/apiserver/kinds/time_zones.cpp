// SPDX-License-Identifier: Apache-2.0
#include "apiserver/kinds/time_zones.h"

#include "base/files.h"
#include "base/strings.h"

namespace puppis::apiserver::kinds {

bool isTimeZone(const std::string& name) {
  if (name == "UTC" || name == "Etc/UTC") return true;  // known without a database
  if (name.find("..") != std::string::npos || startsWith(name, "/") || name.find('\\') != std::string::npos)
    return false;
  SystemFiles files;
  std::string path = "/usr/share/zoneinfo/" + name;
  return files.exists(path) && !files.isDirectory(path);
}

}  // namespace puppis::apiserver::kinds
