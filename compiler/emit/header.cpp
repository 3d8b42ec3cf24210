#include "compiler/emit/header.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <vector>

#include "runtime/size_code.h"

namespace lithe::emit {
namespace {

using artifact::Artifact;
using artifact::Port;
using artifact::SizeCode;

// {0} name, {1} summary, {2} and {3} the numbers of inputs and outputs
constexpr const char* c_part = R"(// {1}
// Written by lithe; changes are lost.
#pragma once

#include "runtime/c_abi.h"

#ifdef __cplusplus
extern "C" {{
#endif

extern const struct lithe_artifact {0}_artifact;

static inline lithe_status {0}_create(const char* weights_path, lithe_model** model,
                                      lithe_error* error) {{
    return lithe_model_create(&{0}_artifact, weights_path, model, error);
}}

/* For every input, then for every output, in the order of the summary above. */
static inline lithe_status {0}_run(lithe_session* session, const lithe_tensor* inputs,
                                   const lithe_tensor* outputs, lithe_error* error) {{
    return lithe_session_run(session, inputs, {2}, outputs, {3}, error);
}}

#ifdef __cplusplus
}}  // extern "C"
)";

// {0} name, {1} class, {2} constants, {3} run
constexpr const char* class_part = R"(
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/error.h"
#include "runtime/session.h"

namespace lithe_models {{

/// The model with a session of its own; for more threads, make a lithe::Session of it for each.
class {1} : public lithe::Model {{
public:
{2}
    /// Weights from a file: `{0}.safetensors`, or others of the same shapes.
    explicit {1}(const std::string& weights_path, lithe::Executor* executor = nullptr)
        : Model({0}_artifact, weights_path, executor) {{}}
    explicit {1}(const lithe::StateDict& weights, lithe::Executor* executor = nullptr)
        : Model({0}_artifact, weights, executor) {{}}

{3}
    lithe::Session& session() {{ return session_; }}

private:
    lithe::Session session_{{*this}};
}};

}}  // namespace lithe_models

#endif  // __cplusplus
)";

constexpr std::string_view keywords[] = {
    "alignas",       "alignof",     "and",
    "and_eq",        "asm",         "auto",
    "bitand",        "bitor",       "bool",
    "break",         "case",        "catch",
    "char",          "char8_t",     "char16_t",
    "char32_t",      "class",       "compl",
    "concept",       "const",       "consteval",
    "constexpr",     "constinit",   "const_cast",
    "continue",      "co_await",    "co_return",
    "co_yield",      "decltype",    "default",
    "delete",        "do",          "double",
    "dynamic_cast",  "else",        "enum",
    "explicit",      "export",      "extern",
    "false",         "float",       "for",
    "friend",        "goto",        "if",
    "inline",        "int",         "long",
    "mutable",       "namespace",   "new",
    "noexcept",      "not",         "not_eq",
    "nullptr",       "operator",    "or",
    "or_eq",         "private",     "protected",
    "public",        "register",    "reinterpret_cast",
    "requires",      "return",      "short",
    "signed",        "sizeof",      "static",
    "static_assert", "static_cast", "struct",
    "switch",        "template",    "this",
    "thread_local",  "throw",       "true",
    "try",           "typedef",     "typeid",
    "typename",      "union",       "unsigned",
    "using",         "virtual",     "void",
    "volatile",      "wchar_t",     "while",
    "xor",           "xor_eq",
};

/// Names that the class or its run() has from elsewhere; a port of such a name gets a `_`.
constexpr std::string_view taken[] = {"run",   "session", "name",    "artifact", "text",
                                      "train", "eval",    "Outputs", "results"};

std::string camel_case(const std::string& name) {
    std::string result;
    bool starts_word = true;
    for (const char c : name) {
        if (c == '_') {
            starts_word = true;
            continue;
        }
        result += starts_word ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
        starts_word = false;
    }
    return identifier(result);
}

std::string port_name(const Port& port) {
    std::string name = identifier(port.name);
    return std::find(std::begin(taken), std::end(taken), name) == std::end(taken) ? name
                                                                                  : name + "_";
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    return fmt::format("{}", fmt::join(parts, separator));
}

std::vector<std::string> typed_ports(const Artifact& artifact, const std::vector<Port>& ports) {
    std::vector<std::string> result;
    for (const Port& port : ports) {
        result.push_back(port.name + ": " + text(port.type, artifact.symbols));
    }
    return result;
}

std::string summary(const Artifact& artifact) {
    return fmt::format("{}: {} -> {}, compiled for {}", artifact.name,
                       join(typed_ports(artifact, artifact.inputs), ", "),
                       join(typed_ports(artifact, artifact.outputs), ", "),
                       artifact.target.empty() ? "every CPU" : artifact.target);
}

/// Symbolic sizes are -1.
std::string shape_constant(const std::string& kind, const Port& port) {
    std::vector<std::string> sizes;
    for (const SizeCode& size : port.type.shape) {
        const bool is_fixed = std::none_of(
            size.steps.begin(), size.steps.end(),
            [](const SizeCode::Step& step) { return step.kind == SizeCode::Kind::symbol; });
        sizes.push_back(is_fixed ? std::to_string(evaluate(size, {})) : "-1");
    }
    if (sizes.empty()) {
        return fmt::format("    static constexpr std::span<const std::int64_t> {}_{}_shape{{}};\n",
                           kind, port_name(port));
    }
    return fmt::format("    static constexpr std::int64_t {}_{}_shape[] = {{{}}};\n", kind,
                       port_name(port), join(sizes, ", "));
}

std::string name_list(const std::string& kind, const std::vector<Port>& ports) {
    if (ports.empty()) return {};
    std::vector<std::string> names;
    for (const Port& port : ports) names.push_back('"' + port.name + '"');
    return fmt::format("    static constexpr std::string_view {}_names[] = {{{}}};\n", kind,
                       join(names, ", "));
}

std::string constants(const Artifact& artifact) {
    std::string result = name_list("input", artifact.inputs);
    result += name_list("output", artifact.outputs);
    result += "    // Sizes that differ from run to run are -1.\n";
    for (const Port& port : artifact.inputs) result += shape_constant("input", port);
    for (const Port& port : artifact.outputs) result += shape_constant("output", port);
    for (const artifact::Symbol& symbol : artifact.symbols) {
        result += fmt::format("    static constexpr std::int64_t {0}_min = {1}, {0}_max = {2};\n",
                              identifier(symbol.name), symbol.min, symbol.max);
    }
    return result;
}

/// `run` with one parameter for every input, and a struct for more than one output.
std::string run_function(const Artifact& artifact) {
    std::vector<std::string> parameters, names;
    for (const Port& port : artifact.inputs) {
        parameters.push_back("const lithe::ConstTensorView& " + port_name(port));
        names.push_back(port_name(port));
    }
    const std::string head = fmt::format("run({}) {{\n", join(parameters, ", "));
    const std::string results =
        fmt::format("        auto results = session_.run({{{}}});\n", join(names, ", "));
    if (artifact.outputs.size() == 1) {
        return fmt::format(
            "    /// Gives {}.\n    lithe::HostTensor {}{}        return std::move(results[0]);\n"
            "    }}\n",
            join(typed_ports(artifact, artifact.outputs), ", "), head, results);
    }
    std::string fields, moved;
    for (size_t i = 0; i < artifact.outputs.size(); ++i) {
        fields +=
            fmt::format("        lithe::HostTensor {};  ///< {}\n", port_name(artifact.outputs[i]),
                        text(artifact.outputs[i].type, artifact.symbols));
        moved += fmt::format("{}std::move(results[{}])", i == 0 ? "" : ", ", i);
    }
    return fmt::format(
        "    struct Outputs {{\n{}    }};\n    Outputs {}{}        return {{{}}};\n    }}\n",
        fields, head, results, moved);
}

}  // namespace

std::string identifier(const std::string& text) {
    std::string result;
    for (const char c : text) {
        result += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
    }
    if (result.empty() || std::isdigit(static_cast<unsigned char>(result[0]))) {
        result.insert(result.begin(), '_');
    }
    const bool is_keyword =
        std::find(std::begin(keywords), std::end(keywords), result) != std::end(keywords);
    return is_keyword ? result + "_" : result;
}

std::string header_text(const Artifact& artifact) {
    const std::string name = identifier(artifact.name);
    return fmt::format(c_part, name, summary(artifact), artifact.inputs.size(),
                       artifact.outputs.size()) +
           fmt::format(class_part, name, camel_case(name), constants(artifact),
                       run_function(artifact));
}

}  // namespace lithe::emit
