#include "tools/reflect/checks.h"
#include "tools/reflect/clang_names.h"
#include "tools/reflect/fields.h"
#include "tools/reflect/fixes.h"
#include "tools/reflect/statements.h"

namespace lithe::reflect {

namespace {

/// A holder or module that takes over an existing one makes nothing.
bool takes_over(ModelTypes& types, const CXXConstructExpr& made) {
    if (made.getConstructor()->isCopyOrMoveConstructor()) return true;
    if (made.getNumArgs() != 1) return false;
    const QualType argument = made.getArg(0)->getType();
    return argument->isNullPtrType() || types.is_layer(argument);
}

/// What the statement makes, in words, or nothing.
std::string made_by(ModelTypes& types, const Stmt& statement) {
    if (const auto* made = dyn_cast<CXXConstructExpr>(&statement)) {
        const CXXRecordDecl* record = made->getConstructor()->getParent();
        if (is_in_lithe(record, "nn", "Parameter")) return "a parameter";
        const bool is_layer = types.is_module(record) || types.is_holder(record);
        if (is_layer && !takes_over(types, *made)) {
            return "a layer ('" + record->getNameAsString() + "')";
        }
    }
    const auto* call = dyn_cast<CallExpr>(&statement);
    if (!call) return {};
    const llvm::StringRef name = called_name(*call);
    if (name == "make_shared" || name == "make_unique" || name == "make_module") {
        const CXXRecordDecl* record = call->getType()->getAsCXXRecordDecl();
        if (record && types.is_module_pointer(record)) return "a layer";
    }
    if (name == "register_module") return "a layer";
    if (name == "register_parameter") return "a parameter";
    return {};
}

/// A name for a member that holds what forward() makes.
std::string free_name(const CXXRecordDecl& record, const std::string& wanted) {
    std::string name = wanted;
    for (int i = 2; is_taken(record, name); ++i) name = wanted + std::to_string(i);
    return name;
}

/// `nn::Linear fc(3, 4);` in forward() becomes a member of that name.
std::vector<FixItHint> moved_declaration(const CheckContext& context, const CXXRecordDecl& record,
                                         const DeclStmt& statement) {
    const auto* variable =
        statement.isSingleDecl() ? dyn_cast<VarDecl>(statement.getSingleDecl()) : nullptr;
    if (!variable || !is_movable(variable->getInit())) return {};
    const std::string name = variable->getNameAsString();
    if (is_taken(record, name) || variable->getType()->getContainedAutoType()) return {};
    const std::string type =
        text_of(context, variable->getTypeSourceInfo()->getTypeLoc().getSourceRange());
    std::string text = text_of(context, statement.getSourceRange());
    if (type.empty() || text.empty()) return {};
    if (variable->getInitStyle() == VarDecl::CallInit) {  // a member takes no parentheses
        const std::string init = text.substr(text.find(name, type.size()) + name.size());
        text = type + " " + name + (init == ";" ? init : " = " + type + init);
    }
    std::vector<FixItHint> fixes = new_member(record, text);
    if (fixes.empty()) return {};
    fixes.push_back(line_removal(context, statement.getSourceRange()));
    return fixes;
}

/// `nn::ReLU()(x)` becomes `relu(x)`, and the class gets the member `relu`.
std::vector<FixItHint> moved_expression(const CheckContext& context, const CXXRecordDecl& record,
                                        const CXXConstructExpr& made) {
    const CXXRecordDecl* layer = made.getConstructor()->getParent();
    if (!context.types.is_holder(layer) || !is_movable(&made)) return {};
    const std::string text = text_of(context, made.getSourceRange());
    const size_t type_end = text.find_first_of("({");
    if (text.empty() || type_end == std::string::npos) return {};
    const std::string name = free_name(record, member_name(layer->getNameAsString()));
    std::vector<FixItHint> fixes =
        new_member(record, text.substr(0, type_end) + " " + name + " = " + text + ";");
    if (fixes.empty()) return {};
    fixes.push_back(replacement(context, made.getSourceRange(), name));
    return fixes;
}

/// Makes a member of what the statement makes, where the class could make it too.
std::vector<FixItHint> member_fix(const CheckContext& context, const CXXRecordDecl& record,
                                  const Stmt& statement, Ancestors around) {
    for (const Stmt* outer : llvm::reverse(around)) {
        if (isa<LambdaExpr>(outer)) break;
        if (const auto* declaration = dyn_cast<DeclStmt>(outer))
            return moved_declaration(context, record, *declaration);
    }
    const auto* made = dyn_cast<CXXConstructExpr>(&statement);
    return made ? moved_expression(context, record, *made) : std::vector<FixItHint>();
}

}  // namespace

void check_parameter_in_forward(const CheckContext& context) {
    for (const FunctionDecl* function : context.code.functions) {
        const CXXRecordDecl* record = module_of(*function, context.types);
        if (!record) continue;
        if (!function->getIdentifier() || function->getName() != "forward") continue;
        for_each_statement(function->getBody(), [&](const Stmt& statement, Ancestors around) {
            const std::string made = made_by(context.types, statement);
            if (made.empty()) return;
            const bool is_part = llvm::any_of(
                around, [&](const Stmt* outer) { return !made_by(context.types, *outer).empty(); });
            if (is_part) return;
            context.reporter.warn("reflect.parameter_in_forward", statement.getSourceRange(),
                                  "forward() makes " + made +
                                      ": each call has a new one, which is never trained, saved or "
                                      "found by name; make it a member",
                                  member_fix(context, *record, statement, around));
        });
    }
}

}  // namespace lithe::reflect
