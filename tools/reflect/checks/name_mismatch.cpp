#include "tools/reflect/checks.h"
#include "tools/reflect/clang_names.h"
#include "tools/reflect/fields.h"
#include "tools/reflect/statements.h"

namespace lithe::reflect {

namespace {

/// `conv1` of `conv1_`, `_conv1` and `m_conv1`: how a member's name is marked is no mismatch.
llvm::StringRef plain_name(llvm::StringRef member) {
    member.consume_front("m_");
    return member.trim('_');
}

void compare(const CheckContext& context, const FieldDecl& field, const CallExpr& call) {
    if (!is_registration(call) || call.getNumArgs() == 0) return;
    const StringLiteral* literal = string_literal(call.getArg(0));
    if (!literal || !field.getIdentifier()) return;
    const llvm::StringRef registered = literal->getString();
    const llvm::StringRef member = field.getName();
    if (registered == member || registered == plain_name(member)) return;

    const std::string text = "member '" + member.str() + "' is registered as '" + registered.str() +
                             "': its state_dict keys begin with '" + registered.str() + "'";
    context.reporter.warn("reflect.name_mismatch", literal->getSourceRange(), text,
                          {FixItHint::CreateReplacement(literal->getSourceRange(),
                                                        "\"" + plain_name(member).str() + "\"")});
}

}  // namespace

void check_name_mismatch(const CheckContext& context) {
    for_each_field_value(context.code, [&](const FieldDecl& field, const Expr& value) {
        if (const CallExpr* call = value_call(value)) compare(context, field, *call);
    });
    for (const FunctionDecl* function : context.code.functions) {
        for_each_statement(*function, [&](const Stmt& statement, Ancestors) {
            const auto* call = dyn_cast<CallExpr>(&statement);
            if (!call || !is_registration(*call) || call->getNumArgs() < 2) return;
            if (const FieldDecl* field = own_field(call->getArg(1))) {
                compare(context, *field, *call);
            }
        });
    }
}

}  // namespace lithe::reflect
