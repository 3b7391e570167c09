// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace puppis::cue {

/// What the text of a value shows.
struct ExportProfile {
  bool simplify = true;       ///< bounds as int8, uint, ...; conjunctions of one as that one
  bool final = false;         ///< incomplete values are failures
  bool takeDefaults = false;  ///< only the default of a disjunction, open lists closed
  bool showOptional = false;
  bool showDefinitions = false;
  bool showHidden = false;
  bool showDocs = false;
  bool showAttributes = false;
  bool showErrors = false;  ///< failures as `_|_` with a comment instead of as failures
  bool addPackage = false;
  bool fragment = false;  ///< need not be complete in itself
};

}  // namespace puppis::cue
