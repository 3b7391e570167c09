// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "apiserver/kind.h"
#include "data/value.h"

/// Checks that many kinds share. `path` is the path of what is checked; messages are those of Kubernetes.
namespace puppis::apiserver::kinds {

using data::Value;
using Rule = KindInfo::NameRule;

inline std::string at(const std::string& path, std::size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

inline constexpr std::string_view kNotNegative = "must be greater than or equal to 0";

/// The members of an object by key, as Kubernetes walks maps.
std::vector<data::Member> sortedMembers(const Value& object);

/// A number of an object, when it is there, is at least 0.
void checkNotNegative(const Value& object, const char* field, const std::string& path, Faults& faults);
void checkName(const Value& name, Rule rule, const std::string& path, Faults& faults);
void checkQualifiedName(const Value& name, const std::string& path, Faults& faults);
void checkLabels(const Value& labels, const std::string& path, Faults& faults);
void checkAnnotations(const Value& annotations, const std::string& path, Faults& faults);
void checkPortNumber(const Value& port, const std::string& path, Faults& faults);
void checkPortName(const Value& name, const std::string& path, Faults& faults);
void checkPortNumberOrName(const Value& port, const std::string& path, Faults& faults);
/// A value that is not empty is one of `allowed` (listed in that order).
void checkOneOf(const Value& value, const std::vector<std::string>& allowed, const std::string& path,
                Faults& faults);
void checkSelector(const Value& selector, const std::string& path, Faults& faults);
/// Whether a meta/v1 LabelSelector can be used at all, and matches these labels.
bool selectorIsValid(const Value& selector);
bool selectorMatches(const Value& selector, const Value& labels);
void checkIntOrPercent(const Value& value, const std::string& path, Faults& faults);
void checkNotMoreThan100Percent(const Value& value, const std::string& path, Faults& faults);
/// The number in 5 or "5%".
std::int64_t intOrPercentNumber(const Value& value);
void checkImmutable(const Value& now, const Value& before, const std::string& path, Faults& faults);
void checkIp(const Value& ip, const std::string& path, Faults& faults);
bool isIp(std::string_view text);
void checkCidr(const Value& cidr, const std::string& path, Faults& faults);
/// Whether `inner` is a smaller network within `outer`; both are valid.
bool isStrictSubnet(const std::string& inner, const std::string& outer);
void checkConfigKey(const std::string& key, const std::string& path, Faults& faults);
void checkPathSegment(const Value& name, const std::string& path, Faults& faults);

/// What is left when fields with nothing in them are taken off: {} and null read the same.
bool sameMeaning(const Value& a, const Value& b);

/// Pod specs and templates; `path` of the spec (or template).
void checkPodSpec(const Value& spec, const std::string& path, Faults& faults);
void checkPodTemplate(const Value& tmpl, const std::string& path, Faults& faults);
void checkVolumes(const Value& volumes, const std::string& path, Faults& faults);
void checkClaimSpec(const Value& spec, const std::string& path, Faults& faults);
void checkSchedulingFields(const Value& spec, const std::string& path, Faults& faults);

void addPodValidation(KindInfo& kind);
void addCoreValidation(KindInfo& kind);
void addServiceValidation(KindInfo& kind);
void addWorkloadValidation(KindInfo& kind);
void addBatchValidation(KindInfo& kind);
void addNetworkValidation(KindInfo& kind);
void addOtherValidation(KindInfo& kind);

}  // namespace puppis::apiserver::kinds
