#include "tools/reflect/reporter.h"

#include "clang/Basic/LangOptions.h"
#include "clang/Lex/Lexer.h"
#include "clang/Rewrite/Core/Rewriter.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"
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
    if (!options_.fixed.empty()) write_fixed();
    warnings_.clear();
}

void Reporter::write_fixed() const {
    SourceManager& sources = engine_.getSourceManager();
    const LangOptions language;
    Rewriter rewriter(sources, language);
    std::vector<std::pair<unsigned, unsigned>> taken;  // offsets in the main file
    const auto range_of = [&](const FixItHint& fix) {
        const SourceLocation end = fix.RemoveRange.getEnd();
        const unsigned last =
            fix.RemoveRange.isTokenRange() ? Lexer::MeasureTokenLength(end, sources, language) : 0;
        return std::pair(sources.getFileOffset(fix.RemoveRange.getBegin()),
                         sources.getFileOffset(end) + last);
    };
    for (const Warning& warning : warnings_) {
        const bool is_free = llvm::all_of(warning.fixes, [&](const FixItHint& fix) {
            if (!sources.isWrittenInMainFile(fix.RemoveRange.getBegin())) return false;
            const auto [begin, end] = range_of(fix);
            return llvm::none_of(taken, [&, from = begin, to = end](const auto& other) {
                return from < other.second && other.first < to;
            });
        });
        if (!is_free) continue;
        for (const FixItHint& fix : warning.fixes) {
            taken.push_back(range_of(fix));
            if (taken.back().first == taken.back().second) {
                rewriter.InsertTextAfter(fix.RemoveRange.getBegin(), fix.CodeToInsert);
            } else {
                rewriter.ReplaceText(fix.RemoveRange.getBegin(),
                                     taken.back().second - taken.back().first, fix.CodeToInsert);
            }
        }
    }
    std::error_code error;
    llvm::raw_fd_ostream out(options_.fixed, error);
    if (error) {
        engine_.Report(engine_.getCustomDiagID(DiagnosticsEngine::Error,
                                               "cannot write '%0': %1 [reflect.output]"))
            << options_.fixed << error.message();
        return;
    }
    rewriter.getEditBuffer(sources.getMainFileID()).write(out);
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
