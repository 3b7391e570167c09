// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "data/value.h"

namespace puppis::schema {

/// Types of another language for the parameters of one definition, from its inputSchema(): an object is a
/// struct or interface of its own, named after the way to it; what need not be given is optional; of
/// alternatives all fields are there, each optional. `name` is the definition's ("cron-task"), `comment` what
/// it is for.
std::string goTypes(std::string_view name, std::string_view comment, const data::Value& schema,
                    std::string_view package);
std::string typescriptTypes(std::string_view name, std::string_view comment, const data::Value& schema);

/// "cron-task" as a type's name: "CronTask".
std::string typeName(std::string_view name);

}  // namespace puppis::schema
