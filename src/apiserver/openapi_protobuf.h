// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "data/value.h"

namespace puppis::apiserver {

/// The media type Go clients ask /openapi/v2 for.
inline constexpr std::string_view kOpenApiProtobuf =
    "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

/// What the answer calls itself: the asked-for name is no valid media type (RFC 2045 has no "@"), which Go
/// refuses.
inline constexpr std::string_view kOpenApiProtobufAnswer =
    "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

/// The definitions of an OpenAPI v2 document in the protobuf form of the message openapi.v2.Document (package
/// github.com/google/gnostic, openapiv2/OpenAPIv2.proto). Clients look types up in it by their group, version
/// and kind; the paths, which they do not read, are left out.
std::string openApiV2Protobuf(const data::Value& document);

}  // namespace puppis::apiserver
