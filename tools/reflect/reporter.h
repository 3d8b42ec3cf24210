#pragma once

#include <set>
#include <string>
#include <vector>

#include "clang/Basic/Diagnostic.h"
#include "clang/Basic/SourceManager.h"
#include "tools/reflect/source_paths.h"

namespace lithe::reflect {

/// Tells the author of mistakes, as a compiler does: place, text, id, what to write instead.
class Reporter {
public:
    struct Options {
        bool warnings_are_errors = false;
        std::set<std::string> disabled;  ///< ids
        std::string fixed;               ///< where the source goes with all fix-its applied
    };

    Reporter(clang::DiagnosticsEngine& engine, SourcePaths& paths, Options options)
        : engine_(engine), paths_(paths), options_(std::move(options)) {}

    /// Silent for a disabled id, outside of the author's files, and on a line that says
    /// `NOLINT(id)`. A note at `note_at` follows where that is given.
    void warn(llvm::StringRef id, clang::SourceRange at, std::string text,
              std::vector<clang::FixItHint> fixes = {}, clang::SourceLocation note_at = {},
              std::string note = {});

    /// Tells all warnings in the order of the source. Errors: reflect.output.
    void flush();

private:
    struct Warning {
        std::string id;
        clang::SourceRange at;
        std::string text;
        std::vector<clang::FixItHint> fixes;
        clang::SourceLocation note_at;
        std::string note;
    };

    bool is_silenced(llvm::StringRef id, clang::SourceLocation at) const;
    void tell(const Warning& warning);
    /// Writes the main source as the fix-its want it; of two that overlap, the first.
    void write_fixed() const;

    clang::DiagnosticsEngine& engine_;
    SourcePaths& paths_;
    Options options_;
    std::vector<Warning> warnings_;
};

}  // namespace lithe::reflect
