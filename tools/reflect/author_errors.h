#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "clang/Basic/Diagnostic.h"
#include "tools/reflect/source_paths.h"

namespace lithe::reflect {

/// Prints what the compiler says, but once it has found an error in the author's files no more
/// errors in others: an unknown name in a model makes some in every template that the model meets.
class AuthorErrors : public clang::DiagnosticConsumer {
public:
    AuthorErrors(std::unique_ptr<clang::DiagnosticConsumer> printer,
                 std::vector<std::string> skipped_prefixes)
        : printer_(std::move(printer)), skipped_prefixes_(std::move(skipped_prefixes)) {}

    void BeginSourceFile(const clang::LangOptions& language,
                         const clang::Preprocessor* preprocessor) override {
        printer_->BeginSourceFile(language, preprocessor);
    }
    void EndSourceFile() override { printer_->EndSourceFile(); }
    void HandleDiagnostic(clang::DiagnosticsEngine::Level level,
                          const clang::Diagnostic& diagnostic) override;

private:
    bool is_authors(const clang::Diagnostic& diagnostic);

    std::unique_ptr<clang::DiagnosticConsumer> printer_;
    std::vector<std::string> skipped_prefixes_;
    std::optional<SourcePaths> paths_;  ///< once there is a file
    bool has_authors_ = false;
    bool is_dropping_ = false;  ///< notes go with what they belong to
};

}  // namespace lithe::reflect
