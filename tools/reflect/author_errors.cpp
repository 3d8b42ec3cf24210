#include "tools/reflect/author_errors.h"

#include "clang/Basic/SourceManager.h"

namespace lithe::reflect {

bool AuthorErrors::is_authors(const clang::Diagnostic& diagnostic) {
    if (!diagnostic.hasSourceManager() || diagnostic.getLocation().isInvalid()) return true;
    if (!paths_) paths_.emplace(diagnostic.getSourceManager(), skipped_prefixes_);
    return paths_->is_author(diagnostic.getLocation());
}

void AuthorErrors::HandleDiagnostic(clang::DiagnosticsEngine::Level level,
                                    const clang::Diagnostic& diagnostic) {
    DiagnosticConsumer::HandleDiagnostic(level, diagnostic);  // counts
    if (level >= clang::DiagnosticsEngine::Error) {
        const bool is_own = is_authors(diagnostic);
        is_dropping_ = has_authors_ && !is_own;
        has_authors_ |= is_own;
    } else if (level != clang::DiagnosticsEngine::Note) {
        is_dropping_ = false;
    }
    if (!is_dropping_) printer_->HandleDiagnostic(level, diagnostic);
}

}  // namespace lithe::reflect
