// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cue/builtin/builtin.h"

/// The standard packages, one a source file or a family of them.
namespace puppis::cue::builtin {

extern const Package kBase64Package;
extern const Package kBitsPackage;
extern const Package kCsvPackage;
extern const Package kEd25519Package;
extern const Package kHexPackage;
extern const Package kHmacPackage;
extern const Package kHtmlPackage;
extern const Package kJsonPackage;
extern const Package kListPackage;
extern const Package kMathPackage;
extern const Package kMd5Package;
extern const Package kNetPackage;
extern const Package kPathPackage;
extern const Package kRegexpPackage;
extern const Package kSha1Package;
extern const Package kSha256Package;
extern const Package kSha512Package;
extern const Package kStrconvPackage;
extern const Package kStringsPackage;
extern const Package kStructPackage;
extern const Package kTabwriterPackage;
extern const Package kTemplatePackage;
extern const Package kTimePackage;
extern const Package kTomlPackage;
extern const Package kToolCliPackage;
extern const Package kToolExecPackage;
extern const Package kToolFilePackage;
extern const Package kToolHttpPackage;
extern const Package kToolOsPackage;
extern const Package kToolPackage;
extern const Package kUuidPackage;
extern const Package kYamlPackage;

}  // namespace puppis::cue::builtin
