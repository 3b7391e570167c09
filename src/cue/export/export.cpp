// SPDX-License-Identifier: Apache-2.0
#include "cue/export/export.h"

#include "cue/export/exporter.h"
#include "cue/session_impl.h"

namespace puppis::cue {

namespace {

Result<std::shared_ptr<File>> exportWith(const Value& value, const ExportProfile& profile,
                                         const std::string& package, void (Exporter::*entry)(eval::Vertex&)) {
  if (!value.exists()) return fail(ErrorCode::NotFound, "there is no value to be shown");
  eval::Context& ctx = value.session()->impl().ctx;
  auto file = std::make_shared<File>(SourceFile::make("", ""));
  const bool done = guarded(ctx, false, [&] {
    eval::Vertex* vertex = value.vertex();
    ctx.finalize(vertex);
    Exporter exporter(ctx, profile, *file, package);
    (exporter.*entry)(*vertex);
    return true;
  });
  if (done) return file;
  if (ctx.exhausted()) return fail(*ctx.exhausted());
  return fail(ErrorCode::Internal, "the value cannot be shown while it is being evaluated");
}

}  // namespace

Result<std::shared_ptr<File>> exportValue(const Value& value, const ExportProfile& profile,
                                          const std::string& package) {
  return exportWith(value, profile, package, &Exporter::exportValue);
}

Result<std::shared_ptr<File>> exportDefinition(const Value& value, const ExportProfile& profile,
                                               const std::string& package) {
  return exportWith(value, profile, package, &Exporter::exportDefinition);
}

}  // namespace puppis::cue
