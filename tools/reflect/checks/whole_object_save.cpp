#include "clang/Lex/Lexer.h"
#include "tools/reflect/checks.h"
#include "tools/reflect/clang_names.h"
#include "tools/reflect/statements.h"

namespace lithe::reflect {

namespace {

bool is_save(const CallExpr& call) {
    const auto* function = dyn_cast_or_null<FunctionDecl>(call.getCalleeDecl());
    if (!function || called_name(call) != "save" || call.getNumArgs() < 2) return false;
    return !isa<CXXMethodDecl>(function) && is_below_lithe(function);
}

void check_call(const CheckContext& context, const CallExpr& call) {
    if (!is_save(call)) return;
    const Expr* object = written(call.getArg(0));
    if (!context.types.is_layer(object->getType())) return;

    const SourceManager& sources = context.ast.getSourceManager();
    const LangOptions& language = context.ast.getLangOpts();
    const CXXRecordDecl* record = object->getType()->getAsCXXRecordDecl();
    const std::string access = context.types.is_module(record) ? ".state_dict()" : "->state_dict()";
    std::vector<FixItHint> fixes;
    if (isa<DeclRefExpr, MemberExpr>(object) && !object->getExprLoc().isMacroID()) {
        const SourceLocation end =
            Lexer::getLocForEndOfToken(object->getEndLoc(), 0, sources, language);
        fixes.push_back(FixItHint::CreateInsertion(end, access));
    }
    context.reporter.warn("reflect.whole_object_save", object->getSourceRange(),
                          "save() of a whole module writes a file that only this class, as it is "
                          "now, can read; save its state_dict()",
                          fixes);
}

}  // namespace

void check_whole_object_save(const CheckContext& context) {
    for (const FunctionDecl* function : context.code.functions) {
        for_each_statement(*function, [&](const Stmt& statement, Ancestors) {
            if (const auto* call = dyn_cast<CallExpr>(&statement)) check_call(context, *call);
        });
    }
}

}  // namespace lithe::reflect
