// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdlib>

#include "apiserver/kinds/check.h"
#include "apiserver/kinds/time_zones.h"
#include "base/strings.h"
#include "kube/object.h"

namespace puppis::apiserver::kinds {
namespace {

void checkJobSpec(const Value& spec, const std::string& path, Faults& faults) {
  for (auto field : {"parallelism", "completions", "activeDeadlineSeconds", "backoffLimit",
                     "ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes"}) {
    checkNotNegative(spec, field, path, faults);
  }
  const Value& mode = spec.get("completionMode");
  checkOneOf(mode, {"NonIndexed", "Indexed"}, path + ".completionMode", faults);
  if (mode.asString() == "Indexed" && spec.get("completions").isNull()) {
    faults.required(path + ".completions", "when completion mode is Indexed");
  }
  if (mode.asString() == "NonIndexed" || mode.isNull()) {
    for (auto field : {"backoffLimitPerIndex", "maxFailedIndexes"}) {
      if (spec.get(field).isInt())
        faults.invalid(path + "." + field, spec.get(field), "requires indexed completion mode");
    }
    if (spec.get("successPolicy").isObject())
      faults.invalid(path + ".successPolicy", spec.get("successPolicy"), "requires indexed completion mode");
  }
  const Value& replacement = spec.get("podReplacementPolicy");
  if (spec.get("podFailurePolicy").isNull()) {
    checkOneOf(replacement, {"Failed", "TerminatingOrFailed"}, path + ".podReplacementPolicy", faults);
  } else {
    checkOneOf(replacement, {"Failed"}, path + ".podReplacementPolicy", faults);
  }
  checkPodTemplate(spec.get("template"), path + ".template", faults);
  const auto& restart = spec.get("template", "spec", "restartPolicy").asString();
  std::string here = path + ".template.spec.restartPolicy";
  if (restart == "Always" || restart.empty())
    faults.required(here, "valid values: \"OnFailure\", \"Never\"");
  else
    checkOneOf(Value(restart), {"OnFailure", "Never"}, here, faults);
}

void validateJob(const Value& o, Faults& faults) {
  const Value& spec = o.get("spec");
  const Value& selector = spec.get("selector");
  const Value& labels = spec.get("template", "metadata", "labels");
  if (selector.isNull()) {
    faults.required("spec.selector", "");
  } else {
    checkSelector(selector, "spec.selector", faults);
    bool generated =
        spec.get("manualSelector").asBool() ||
        (selector.get("matchLabels").size() == 1 && selector.get("matchExpressions").empty() &&
         selector.get("matchLabels", "batch.kubernetes.io/controller-uid").asString() == kube::uid(o)) ||
        selector.get("matchLabels", "controller-uid").asString() == kube::uid(o);
    if (!generated) faults.invalid("spec.selector", selector, "`selector` not auto-generated");
  }
  if (!selectorMatches(selector, labels)) {
    faults.invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`");
  }
  checkJobSpec(spec, "spec", faults);
}

void updateJob(const Value& o, const Value& old, std::string_view subresource, Faults& faults) {
  if (!subresource.empty()) return;
  const Value& now = o.get("spec");
  const Value& before = old.get("spec");
  bool elastic = before.get("completionMode").asString() == "Indexed" &&
                 now.get("completions") == now.get("parallelism");
  if (!elastic) checkImmutable(now.get("completions"), before.get("completions"), "spec.completions", faults);
  checkImmutable(now.get("selector"), before.get("selector"), "spec.selector", faults);
  Value tmpl = now.get("template");
  bool parked = before.get("suspend").asBool() && old.get("status", "startTime").isNull();
  if (parked) {  // a Job that never started may still choose where to run
    for (auto field : {"nodeSelector", "affinity", "tolerations", "schedulingGates"}) {
      if (before.get("template", "spec").has(field))
        tmpl["spec"].set(field, before.get("template", "spec", field));
      else
        tmpl["spec"].erase(field);
    }
  }
  if (!sameMeaning(tmpl, before.get("template")))
    faults.invalid("spec.template", now.get("template"), "field is immutable");
  for (auto field :
       {"completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"}) {
    checkImmutable(now.get(field), before.get(field), std::string("spec.") + field, faults);
  }
}

struct CronField {
  int least;
  int most;
  std::vector<std::string> names;
};

const std::array<CronField, 5>& cronFields() {
  static const std::array<CronField, 5> kFields = {{
      {0, 59, {}},
      {0, 23, {}},
      {1, 31, {}},
      {1, 12, {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
      {0, 6, {"sun", "mon", "tue", "wed", "thu", "fri", "sat"}},
  }};
  return kFields;
}

/// Why one element of a cron field is wrong; empty when it is not. The words of robfig/cron.
std::string cronElementFault(const std::string& text, const CronField& field) {
  std::string fault;
  auto number = [&](const std::string& word) {
    for (std::size_t i = 0; i < field.names.size(); ++i) {
      if (toLower(word) == field.names[i]) return field.least + static_cast<int>(i);
    }
    char* end = nullptr;
    long value = std::strtol(word.c_str(), &end, 10);
    if (word.empty() || *end != '\0') {
      fault = "failed to parse int from " + word + ": strconv.Atoi: parsing \"" + word + "\": invalid syntax";
    } else if (value < 0) {
      fault = "negative number (" + std::to_string(value) + ") not allowed: " + word;
    }
    return static_cast<int>(value);
  };
  std::vector<std::string> step = split(text, '/');
  std::vector<std::string> range = split(step[0], '-');
  int start = field.least;
  int end = field.most;
  if (range[0] != "*" && range[0] != "?") {
    start = number(range[0]);
    if (!fault.empty()) return fault;
    if (range.size() > 2) return "too many hyphens: " + text;
    end = range.size() == 2 ? number(range[1]) : start;
    if (!fault.empty()) return fault;
  }
  if (step.size() > 2) return "too many slashes: " + text;
  int every = 1;
  if (step.size() == 2) {
    every = number(step[1]);
    if (!fault.empty()) return fault;
    if (range.size() == 1) end = field.most;
  }
  if (start < field.least)
    return "beginning of range (" + std::to_string(start) + ") below minimum (" +
           std::to_string(field.least) + "): " + text;
  if (end > field.most)
    return "end of range (" + std::to_string(end) + ") above maximum (" + std::to_string(field.most) +
           "): " + text;
  if (start > end)
    return "beginning of range (" + std::to_string(start) + ") beyond end of range (" + std::to_string(end) +
           "): " + text;
  if (every == 0) return "step of range should be a positive number: " + text;
  return {};
}

std::string scheduleFault(const std::string& schedule) {
  if (startsWith(schedule, "@")) {
    for (auto known : {"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}) {
      if (schedule == known) return {};
    }
    if (startsWith(schedule, "@every ")) return {};
    return "unrecognized descriptor: " + schedule;
  }
  std::vector<std::string> fields;
  for (const auto& part : split(schedule, ' ')) {
    if (!part.empty()) fields.push_back(part);
  }
  if (fields.size() != 5) {
    return "expected exactly 5 fields, found " + std::to_string(fields.size()) + ": [" + join(fields, " ") +
           "]";
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    for (const auto& element : split(fields[i], ',')) {
      if (std::string fault = cronElementFault(element, cronFields()[i]); !fault.empty()) return fault;
    }
  }
  return {};
}

void checkCronJob(const Value& o, const Value* old, Faults& faults) {
  const Value& spec = o.get("spec");
  const auto& schedule = spec.get("schedule").asString();
  if (schedule.empty()) {
    faults.required("spec.schedule", "");
  } else {
    bool zone = schedule.find("TZ") != std::string::npos;
    if (zone && (old == nullptr || old->get("spec", "schedule").asString().find("TZ") == std::string::npos)) {
      faults.invalid("spec.schedule", Value(schedule),
                     "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
    } else if (std::string fault = scheduleFault(schedule); !fault.empty()) {
      faults.invalid("spec.schedule", Value(schedule), fault);
    }
  }
  checkNotNegative(spec, "startingDeadlineSeconds", "spec", faults);
  if (const Value& zone = spec.get("timeZone"); zone.isString()) {
    if (zone.asString().empty())
      faults.invalid("spec.timeZone", zone, "timeZone must be nil or non-empty string");
    else if (toLower(zone.asString()) == "local")
      faults.invalid("spec.timeZone", zone,
                     "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
    else if (!isTimeZone(zone.asString()))
      faults.invalid("spec.timeZone", zone, "unknown time zone " + zone.asString());
  }
  checkOneOf(spec.get("concurrencyPolicy"), {"Allow", "Forbid", "Replace"}, "spec.concurrencyPolicy", faults);
  checkJobSpec(spec.get("jobTemplate", "spec"), "spec.jobTemplate.spec", faults);
  if (spec.get("jobTemplate", "spec", "manualSelector").asBool()) {
    faults.notSupported("spec.jobTemplate.spec.manualSelector", true, {"nil", "false"});
  }
  checkNotNegative(spec, "successfulJobsHistoryLimit", "spec", faults);
  checkNotNegative(spec, "failedJobsHistoryLimit", "spec", faults);
  if (old == nullptr && kube::name(o).size() > 52)
    faults.invalid("metadata.name", kube::name(o), "must be no more than 52 characters");
}

}  // namespace

void addBatchValidation(KindInfo& kind) {
  if (kind.resource == "jobs") {
    kind.validate = validateJob;
    kind.validateUpdate = updateJob;
  } else if (kind.resource == "cronjobs") {
    kind.validate = [](const Value& o, Faults& faults) { checkCronJob(o, nullptr, faults); };
  }
}

}  // namespace puppis::apiserver::kinds
