// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/cue_common.h"
#include "cue/cue.h"

namespace puppis::cli {

/// Something a `puppis cue` verb works on: the value of an instance, of an expression in it, or of a data
/// document.
struct CueItem {
  cue::Value value;
  std::string id;                         ///< what a heading calls it
  std::string package;                    ///< import path that owns the hidden fields
  std::shared_ptr<const cue::File> file;  ///< of a document without a schema: itself
};

/// Loads, compiles and evaluates what the arguments of a `puppis cue` verb name. Keeps all that the values
/// need.
class CueRun {
 public:
  /// `separateData`: data files are documents of their own, to be checked against the packages (vet).
  CueRun(Context& context, const CueFlags& flags, bool separateData);

  Status prepare();
  /// Instead of prepare(): the data files among the arguments (and in packages), each as one file of CUE.
  /// `mode` is the first word of `cue import`: what the files are taken for.
  Result<std::vector<std::shared_ptr<const cue::File>>> importFiles(const std::string& mode);
  [[nodiscard]] const std::vector<CueItem>& items() const { return items_; }
  /// There is a schema that data files are checked against.
  [[nodiscard]] bool hasSchema() const { return schema_.exists(); }
  [[nodiscard]] bool hasDocuments() const { return documents_; }
  [[nodiscard]] std::size_t instanceCount() const { return instanceCount_; }

 private:
  Result<std::vector<cue::Instance>> load(bool dataFiles);
  Result<cue::Value> evaluate(const std::vector<std::shared_ptr<const cue::File>>& files,
                              const std::string& importPath);
  Status addDocuments(const cue::Instance& instance, const cue::Instance* package);
  /// The schemas among the data files (`jsonschema:`, `openapi:`) become files of CUE.
  static Status readSchemas(cue::Instance& instance);
  Result<std::vector<std::shared_ptr<const cue::File>>> placed(const cue::Instance& instance);
  /// A label of -l: a name as it was written (`_x`, `#x`) or the text of a field.
  struct PlaceLabel {
    std::string text;
    bool isName = false;
  };
  Result<std::vector<PlaceLabel>> labelsFor(const cue::Value& scope);
  Status selectExpressions();
  [[nodiscard]] Status check(const cue::Value& value) const;

  Context& context_;
  const CueFlags& flags_;
  bool separateData_;
  std::unique_ptr<cue::Loader> loader_;
  std::shared_ptr<cue::Runtime> runtime_;
  std::unique_ptr<cue::Session> session_;
  std::vector<CueItem> items_;
  cue::Value schema_;
  std::vector<std::shared_ptr<const cue::File>> keep_;  ///< documents whose nodes other files use
  bool documents_ = false;
  std::size_t instanceCount_ = 0;
};

/// Gives a file a package clause, unless `name` is empty or it has one.
void setPackage(cue::File& file, const std::string& name);

/// All failures of a value as one Error, or nothing.
Status validated(const cue::Value& value, const cue::ValidateOptions& options);

/// Where a verb's output goes: --out and --outfile. Text is gathered and written at the end, so that a
/// failure leaves no half file.
class CueOutput {
 public:
  CueOutput(Context& context, const CueFlags& flags) : context_(context), flags_(flags) {}
  /// `fallback` is the encoding of standard output without --out.
  Status open(cue::Encoding fallback);
  [[nodiscard]] cue::Encoding encoding() const { return file_.encoding; }
  std::string& text() { return text_; }
  /// Appends a finished value in the data encoding.
  Status writeData(const cue::Value& value, bool escapeHtml);
  Status close();

 private:
  Context& context_;
  const CueFlags& flags_;
  cue::InputFile file_;
  std::string text_;
  std::size_t count_ = 0;
};

}  // namespace puppis::cli
