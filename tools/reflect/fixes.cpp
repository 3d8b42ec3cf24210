#include "tools/reflect/fixes.h"

#include "clang/Lex/Lexer.h"
#include "tools/reflect/clang_names.h"
#include "tools/reflect/statements.h"

namespace lithe::reflect {

std::string text_of(const CheckContext& context, SourceRange range) {
    if (range.isInvalid() || range.getBegin().isMacroID() || range.getEnd().isMacroID()) return {};
    return Lexer::getSourceText(CharSourceRange::getTokenRange(range),
                                context.ast.getSourceManager(), context.ast.getLangOpts())
        .str();
}

FixItHint replacement(const CheckContext& context, SourceRange range, const std::string& text) {
    if (text_of(context, range).empty()) return {};
    return FixItHint::CreateReplacement(CharSourceRange::getTokenRange(range), text);
}

std::vector<FixItHint> new_member(const CXXRecordDecl& record, const std::string& declaration) {
    const SourceLocation end = record.getBraceRange().getEnd();
    if (end.isInvalid() || end.isMacroID()) return {};
    return {FixItHint::CreateInsertion(end, "    " + declaration + "\n")};
}

FixItHint line_removal(const CheckContext& context, SourceRange range) {
    const SourceManager& sources = context.ast.getSourceManager();
    const auto [file, offset] = sources.getDecomposedLoc(range.getBegin());
    const llvm::StringRef before = sources.getBufferData(file).take_front(offset);
    const size_t line = before.rfind('\n');
    const bool is_first = line != llvm::StringRef::npos &&
                          before.drop_front(line).find_first_not_of(" \t\n") == before.npos;
    const SourceLocation begin =
        is_first
            ? range.getBegin().getLocWithOffset(-static_cast<SourceLocation::IntTy>(offset - line))
            : range.getBegin();
    return FixItHint::CreateRemoval(
        CharSourceRange::getTokenRange(SourceRange(begin, range.getEnd())));
}

bool is_movable(const Stmt* expression) {
    bool result = expression != nullptr;
    for_each_statement(expression, [&](const Stmt& part, Ancestors) {
        const auto* reference = dyn_cast<DeclRefExpr>(&part);
        if (!reference) return;
        const auto* variable = dyn_cast<VarDecl>(reference->getDecl());
        if (variable && variable->isLocalVarDeclOrParm()) result = false;
    });
    return result;
}

bool is_taken(const CXXRecordDecl& record, const std::string& name) {
    return llvm::any_of(record.decls(), [&](const Decl* member) {
        const auto* named = dyn_cast<NamedDecl>(member);
        return named && named->getIdentifier() && named->getName() == name;
    });
}

std::string member_name(const std::string& class_name) {
    std::string name;
    const llvm::StringRef plain = llvm::StringRef(class_name);
    const llvm::StringRef stem = plain.ends_with("Impl") ? plain.drop_back(4) : plain;
    for (size_t i = 0; i < stem.size(); ++i) {
        const bool is_upper = stem[i] >= 'A' && stem[i] <= 'Z';
        const auto is_lower = [&](size_t at) { return stem[at] >= 'a' && stem[at] <= 'z'; };
        const bool is_word = i > 0 && is_lower(i - 1) && i + 1 < stem.size() && is_lower(i + 1);
        if (is_upper && is_word) name += '_';
        name += static_cast<char>(is_upper ? stem[i] - 'A' + 'a' : stem[i]);
    }
    return name;
}

}  // namespace lithe::reflect
