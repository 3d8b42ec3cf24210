#include "tools/reflect/reporter.h"

#include "llvm/ADT/STLExtras.h"
#include "tools/reflect/clang_names.h"

namespace lithe::reflect {

void Reporter::warn(llvm::StringRef id, SourceRange at, std::string text,
                    std::vector<FixItHint> fixes, SourceLocation note_at, std::string note) {
    if (is_silenced(id, at.getBegin())) return;
    // Two ways to one expression tell the same of it.
    const bool is_told = llvm::any_of(warnings_, [&](const Warning& other) {
        return other.id == id && other.at.getBegin() == at.getBegin();
    });
    if (is_told) return;
    warnings_.push_back(
        {id.str(), at, std::move(text), std::move(fixes), note_at, std::move(note)});
}

void Reporter::flush() {
    llvm::stable_sort(warnings_, [&](const Warning& a, const Warning& b) {
        return engine_.getSourceManager().isBeforeInTranslationUnit(a.at.getBegin(),
                                                                    b.at.getBegin());
    });
    for (const Warning& warning : warnings_) tell(warning);
    warnings_.clear();
}

void Reporter::tell(const Warning& warning) {
    const auto level =
        options_.warnings_are_errors ? DiagnosticsEngine::Error : DiagnosticsEngine::Warning;
    {
        const DiagnosticBuilder builder =
            engine_.Report(warning.at.getBegin(), engine_.getCustomDiagID(level, "%0 [%1]"));
        builder << warning.text << warning.id << CharSourceRange::getTokenRange(warning.at);
        for (const FixItHint& fix : warning.fixes) builder << fix;
    }
    if (warning.note_at.isInvalid()) return;
    engine_.Report(warning.note_at, engine_.getCustomDiagID(DiagnosticsEngine::Note, "%0"))
        << warning.note;
}

bool Reporter::is_silenced(llvm::StringRef id, SourceLocation at) const {
    if (options_.disabled.contains(id.str()) || !paths_.is_author(at)) return true;
    const SourceManager& sources = engine_.getSourceManager();
    const auto [file, offset] = sources.getDecomposedExpansionLoc(at);
    const llvm::StringRef text = sources.getBufferData(file);
    const size_t begin = text.rfind('\n', offset) + 1;  // npos + 1 is the first line
    const llvm::StringRef line = text.slice(begin, text.find('\n', offset));
    return line.contains(("NOLINT(" + id + ")").str());
}

}  // namespace lithe::reflect
