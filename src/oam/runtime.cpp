// SPDX-License-Identifier: Apache-2.0
#include "oam/runtime.h"

#include <string>

#include "base/strings.h"
#include "cue/cue.h"
#include "oam/builtin.h"

namespace puppis::oam {

std::shared_ptr<cue::Runtime> makeRuntime() {
  std::shared_ptr<cue::Runtime> runtime = cue::Runtime::make();
  // The runtime owns its importer, which must not own it in turn.
  std::weak_ptr<cue::Runtime> weak = runtime;
  runtime->setImporter([weak](std::string_view path) -> Result<std::shared_ptr<const cue::Program>> {
    constexpr std::string_view kPrefix = "vela/";
    std::shared_ptr<cue::Runtime> owner = weak.lock();
    if (owner != nullptr && startsWith(path, kPrefix)) {
      std::string file = "packages/" + std::string(path.substr(kPrefix.size())) + ".cue";
      if (auto text = builtInFile(file)) {
        cue::CompileOptions options;
        options.importPath = std::string(path);
        return owner->compile("<built-in " + file + ">", std::string(*text), options);
      }
    }
    return fail(ErrorCode::NotFound, "there is no package \"" + std::string(path) + "\"");
  });
  return runtime;
}

}  // namespace puppis::oam
