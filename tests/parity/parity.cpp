// Every case of tests/parity/data is up to five test cases: eager results, gradients and buffers in
// f32 and f64; second derivatives in f64; compiled results in f32 for fixed sizes and for sizes
// with names. What fails and is listed in tests/parity/missing.txt is expected to fail, and must.
#include <deque>
#include <filesystem>
#include <fstream>

#include <boost/test/unit_test.hpp>

#include "compiler/compiled_model.h"
#include "dsl/autograd.h"
#include "tests/parity/counter.h"
#include "tests/parity/runners.h"
#include "tests/paths.h"
#include "tests/support/compile_options.h"

namespace lithe::tests::parity {
namespace {

/// The worst figure of a test case, and what was wrong.
struct Outcome {
    double error = 0;
    bool has_gradient = false;
    std::string reason;

    void fail(const std::string& why) {
        if (reason.empty()) reason = why;
    }
    void add(const std::string& name, double figure) {
        error = std::max(error, figure);
        if (figure > 1) fail(name + " is " + std::to_string(figure) + " tolerances away");
    }
};

struct Prepared {
    Built built;
    Arguments arguments;
    std::vector<size_t> traced;  ///< which operands are positional or options of the call
    Tensors leaves;              ///< all operands
};

Tensors detached(const Prepared& p) {
    Tensors inputs;
    for (const size_t i : p.traced) inputs.push_back(p.leaves[i].detach());
    return inputs;
}

/// The sizes that the case has names for, as the operands have them.
std::map<std::string, Dim> sizes_of(const Case& c, const std::vector<size_t>& traced,
                                    const Tensors& operands) {
    std::map<std::string, Dim> sizes;
    for (size_t i = 0; i < traced.size(); ++i) {
        const Json& shape = c.row()["operands"][traced[i]]["shape"];
        for (size_t axis = 0; axis < shape.size(); ++axis) {
            if (shape[axis].is_string())
                sizes[shape[axis].get<std::string>()] =
                    operands[i].size(static_cast<int64_t>(axis));
        }
    }
    return sizes;
}

std::string role_of(const Case& c, size_t i) { return c.row()["operands"][i].value("role", ""); }

void fill_state(const Case& c, nn::Module& module, DType dtype) {
    NoGradGuard guard;
    for (const auto& item : module.state_dict()) {
        const Tensor& tensor = item.second;
        if (!tensor.is_floating_point() || item.first == "_random_samples") continue;
        const bool is_variance = item.first.ends_with("_var");
        tensor.copy_(
            Tensor::from(uniform(c.name() + ":" + item.first, constant_sizes(tensor.sizes()),
                                 is_variance ? 0.5 : -0.75, is_variance ? 1.5 : 0.75, dtype)));
    }
}

Prepared prepare(const Case& c, DType dtype, int64_t change = 0) {
    const Maker* maker = find_runner(c.kind(), c.call());
    if (!maker) throw std::runtime_error("missing: no runner for " + c.kind() + "." + c.call());
    std::map<std::string, Tensor> option_tensors, call_tensors;
    Prepared p{{}, {{}, {c.row().value("forward", Json::object()), {}}}, {}, {}};
    for (size_t i = 0; i < c.row()["operands"].size(); ++i) {
        Tensor x = c.operand(i, dtype, change);
        const std::string role = role_of(c, i);
        const bool is_constant =
            c.row()["operands"][i].value("constant", false) || c.row().value("no_grad", false);
        if (x.is_floating_point() && !is_constant && !role.starts_with("option:"))
            x.requires_grad_();
        p.leaves.push_back(x);
        if (role.starts_with("option:")) {
            option_tensors[role.substr(7)] = x;
            continue;
        }
        if (role.starts_with("forward:"))
            call_tensors[role.substr(8)] = x;
        else if (role != "sizes")
            p.arguments.positional.push_back(x);
        p.traced.push_back(i);
    }
    p.arguments.named = Options(c.row().value("forward", Json::object()), call_tensors);
    p.arguments.named.with_sizes(sizes_of(c, p.traced, detached(p)));
    p.built = (*maker)(Options(c.row()["options"], option_tensors));
    if (p.built.module) {
        if (p.built.is_lazy) {
            p.built.module->eval();
            p.built.forward({{p.arguments.positional[0].detach().to(DType::f32)}, {{}, {}}});
        }
        p.built.module->to(dtype);
        p.built.module->train(c.is_train());
        fill_state(c, *p.built.module, dtype);
    }
    return p;
}

void check_state(const Case& c, const nn::Module& module, Outcome& outcome) {
    Json state = Json::object();
    for (const auto& item : module.state_dict())
        state[item.first] = constant_sizes(item.second.sizes());
    const Json expected = c.row().value("state", Json::object());
    if (state != expected)
        outcome.fail("state_dict is " + state.dump() + ", expected " + expected.dump());
}

void compare(const Case& c, const std::string& name, const Tensor& got, DType dtype,
             Outcome& outcome) {
    const Tensor want = c.expected(name, dtype);
    if (!want.defined()) return outcome.fail(name + " was not recorded");
    if (!got.defined()) return outcome.fail(name + " is missing");
    if (got.is_floating_point() && got.dtype() != dtype) {
        return outcome.fail(name + " is " + std::string(lithe::name(got.dtype())));
    }
    outcome.add(name, error_in_tolerances(got.detach(), want, c.yardstick(name)));
}

void compare_outputs(const Case& c, const Tensors& outputs, DType dtype, Outcome& outcome) {
    const size_t count = c.expected_names("y").size();
    if (outputs.size() != count) {
        return outcome.fail(std::to_string(outputs.size()) + " results, expected " +
                            std::to_string(count));
    }
    for (size_t i = 0; i < count; ++i)
        compare(c, "y" + std::to_string(i), outputs[i], dtype, outcome);
}

Tensors without_undefined(Tensors outputs) {
    std::erase_if(outputs, [](const Tensor& t) { return !t.defined(); });
    return outputs;
}

/// The results that the case compares.
Tensors outputs_of(const Case& c, const Built& built, const Arguments& arguments) {
    const Tensors all = without_undefined(built.forward(arguments));
    if (!c.row().contains("outputs")) return all;
    Tensors chosen;
    for (const size_t i : c.row()["outputs"].get<std::vector<size_t>>())
        chosen.push_back(all.at(i));
    return chosen;
}

/// The sum of the results, each element with a weight of its own; undefined where none depends on
/// a leaf.
Tensor loss_of(const Case& c, const Tensors& outputs) {
    Tensor loss;
    for (size_t i = 0; i < outputs.size(); ++i) {
        if (!outputs[i].is_floating_point() || !outputs[i].requires_grad()) continue;
        const Tensor part = (outputs[i] * c.cotangent(i, outputs[i])).sum();
        loss = loss.defined() ? loss + part : part;
    }
    return loss;
}

/// Gradients of a weighted sum of the gradients, in f64.
void check_second(const Case& c, Outcome& outcome) {
    constexpr DType dtype = DType::f64;
    Prepared p = prepare(c, dtype);
    const Tensor loss = loss_of(c, outputs_of(c, p.built, p.arguments));
    if (!loss.defined()) return outcome.fail("the results depend on no operand");
    std::vector<size_t> places;
    Tensors leaves;
    for (size_t i = 0; i < p.leaves.size(); ++i) {
        if (!p.leaves[i].requires_grad()) continue;
        places.push_back(i);
        leaves.push_back(p.leaves[i]);
    }
    const Tensors first = autograd::grad({loss}, leaves, {}, true, true, true);
    Tensor total;
    for (size_t i = 0; i < first.size(); ++i) {
        if (!first[i].defined() || !first[i].requires_grad()) continue;
        const std::string text = c.name() + ":ddx" + std::to_string(places[i]);
        const Tensor weights =
            Tensor::from(uniform(text, constant_sizes(first[i].sizes()), -1, 1, dtype));
        const Tensor part = (first[i] * weights).sum();
        total = total.defined() ? total + part : part;
    }
    const Tensors second = total.defined() ? autograd::grad({total}, leaves, {}, true, false, true)
                                           : Tensors(leaves.size());
    for (size_t i = 0; i < places.size(); ++i) {
        const std::string name = "ddx" + std::to_string(places[i]);
        if (!c.expected(name, dtype).defined()) continue;
        outcome.has_gradient = true;
        const Tensor got = second[i].defined() ? second[i] : zeros_like(leaves[i].detach());
        compare(c, name, got, dtype, outcome);
    }
}

void check_gradients(const Case& c, Prepared& p, const Tensors& outputs, DType dtype,
                     Outcome& outcome) {
    const Tensor loss = loss_of(c, outputs);
    std::vector<std::string> names = c.expected_names("dx");
    for (const std::string& name : c.expected_names("d.")) names.push_back(name);
    if (names.empty()) return;
    if (loss.defined()) loss.backward();
    for (const std::string& name : names) {
        outcome.has_gradient = true;
        const Tensor leaf = name.starts_with("dx") ? p.leaves[std::stoul(name.substr(2))]
                                                   : p.built.module->get_parameter(name.substr(2));
        // Where no gradient flows PyTorch has a tensor of zeros for some functions.
        const Tensor got = leaf.grad().defined() ? leaf.grad() : zeros_like(leaf.detach());
        compare(c, name, got, dtype, outcome);
    }
}

void check_eager(const Case& c, Outcome& outcome, bool with_gradients) {
    for (const DType dtype : {DType::f32, DType::f64}) {
        if (dtype == DType::f64 && c.row().value("f32_only", false)) continue;
        Prepared p = prepare(c, dtype);
        if (p.built.module) check_state(c, *p.built.module, outcome);
        const Tensors outputs = outputs_of(c, p.built, p.arguments);
        if (with_gradients) {
            check_gradients(c, p, outputs, dtype, outcome);
            continue;
        }
        compare_outputs(c, outputs, dtype, outcome);
        for (const std::string& name : c.expected_names("b.")) {
            compare(c, name, p.built.module->get_buffer(name.substr(2)), dtype, outcome);
        }
    }
}

/// Refused with a UserError: one that says what is wrong and has an id.
void check_refusal(const Case& c, Outcome& outcome) {
    try {
        Prepared p = prepare(c, DType::f32);
        p.built.forward(p.arguments);
    } catch (const UserError& error) {
        if (error.id().find('.') == std::string::npos)
            outcome.fail("the error has no id: " + error.id());
        return;
    }
    outcome.fail("nothing was refused; PyTorch says: " + c.row()["error"].get<std::string>());
}

struct NothingImpl : nn::Module {};

void check_compiled(const Case& c, Outcome& outcome, bool is_symbolic) {
    constexpr DType dtype = DType::f32;
    const Prepared p = prepare(c, dtype);
    const Forward forward = [&](const Tensors& inputs) {
        Arguments arguments{{}, p.arguments.named};
        std::map<std::string, Tensor> named;
        for (size_t i = 0; i < p.traced.size(); ++i) {
            const std::string role = role_of(c, p.traced[i]);
            if (role.empty())
                arguments.positional.push_back(inputs[i]);
            else if (role != "sizes")
                named[role.substr(8)] = inputs[i];
        }
        arguments.named = Options(c.row().value("forward", Json::object()), named);
        arguments.named.with_sizes(sizes_of(c, p.traced, inputs));
        return outputs_of(c, p.built, arguments);
    };
    CompileOptions options = compile_alone();
    options.with_train = c.is_train();
    const auto module = p.built.module ? p.built.module : std::make_shared<NothingImpl>();
    // What takes nothing is given something: a graph has an input.
    const bool has_inputs = !p.traced.empty();
    const std::string spec =
        has_inputs ? c.input_spec(p.traced, dtype, is_symbolic) : "nothing:f32[1]";
    CompiledModel compiled = compile_subject({module, forward}, spec, options);
    if (c.is_train()) compiled.model().train();
    const Tensors inputs = has_inputs ? detached(p) : Tensors{zeros({1})};
    compare_outputs(c, compiled(inputs), dtype, outcome);
    if (!is_symbolic) return;
    Prepared other = prepare(c, dtype, 1);  // another size, against eager mode
    const Tensors want = outputs_of(c, other.built, other.arguments);
    const Tensors got = compiled(detached(other));
    for (size_t i = 0; i < want.size(); ++i) {
        const std::string name = "y" + std::to_string(i);
        outcome.add(name + " at another size",
                    error_in_tolerances(got[i], want[i].detach(), c.yardstick(name)));
    }
}

/// The shapes of the results depend on the numbers: a trace says so.
void check_not_compiled(const Case& c, Outcome& outcome) {
    try {
        check_compiled(c, outcome, false);
    } catch (const UserError& error) {
        if (error.id().find('.') == std::string::npos)
            outcome.fail("the error has no id: " + error.id());
        return;
    }
    outcome.fail("was compiled: take eager_only off the case");
}

using Check = std::function<void(const Case&, Outcome&)>;

void report(const std::string& suite, const Case& c, const std::string& stage,
            const Outcome& outcome) {
    static std::map<std::string, std::ofstream> files;
    const std::string folder = std::string(build_dir) + "/parity/";
    std::filesystem::create_directories(folder);
    std::ofstream& file = files.try_emplace(suite, folder + suite + ".jsonl").first->second;
    file << Json{{"case", c.name()},
                 {"stage", stage},
                 {"error", std::isfinite(outcome.error) ? outcome.error : -1},
                 {"gradient", outcome.has_gradient},
                 {"reason", outcome.reason}}
                .dump()
         << std::endl;
}

void run(const std::string& suite, const Case& c, const std::string& stage, const Check& check) {
    Outcome outcome;
    try {
        check(c, outcome);
    } catch (const std::exception& error) {
        outcome.fail(std::string("threw ") + error.what());
    }
    report(suite, c, stage, outcome);
    const auto listed = missing().find(stage + ":" + c.name());
    if (listed == missing().end()) {
        BOOST_CHECK_MESSAGE(outcome.reason.empty(),
                            stage << ":" << c.name() << " " << outcome.reason);
    } else {
        BOOST_CHECK_MESSAGE(!outcome.reason.empty(),
                            stage << ":" << c.name() << " passes: take it off missing.txt");
    }
}

/// Null where it would have no case.
boost::unit_test::test_suite* suite_of(const std::string& group, const std::string& stage) {
    namespace ut = boost::unit_test;
    const std::string name = "parity_" + stage + "_" + group;
    ut::test_suite* suite = nullptr;
    const std::map<std::string, Check> checks = {
        {"eager", [](const Case& c, Outcome& o) { check_eager(c, o, false); }},
        {"gradient", [](const Case& c, Outcome& o) { check_eager(c, o, true); }},
        {"second", check_second},
        {"static", [](const Case& c, Outcome& o) { check_compiled(c, o, false); }},
        {"symbolic", [](const Case& c, Outcome& o) { check_compiled(c, o, true); }}};
    for (const Case& c : recorded(group)) {
        if (stage != "eager" && c.is_refused()) continue;
        if (stage == "symbolic" && !c.has_symbols()) continue;
        if (stage == "second" && c.expected_names("ddx").empty()) continue;
        Check check = c.is_refused() ? Check(check_refusal) : checks.at(stage);
        if (stage == "static" && c.row().value("eager_only", false)) check = check_not_compiled;
        if (!suite) {
            suite = new ut::test_suite(name, __FILE__, __LINE__);
            if (stage == "static" || stage == "symbolic") suite->add_label("slow");
        }
        suite->add(ut::make_test_case(
            [name, &c, stage, check] { run(name, c, c.is_refused() ? "refusal" : stage, check); },
            c.name(), __FILE__, __LINE__));
    }
    return suite;
}

/// Makes the suites once the command line is read.
class Suites : public boost::unit_test::test_unit_generator {
public:
    boost::unit_test::test_unit* next() const override {
        static std::deque<boost::unit_test::test_suite*> left = all();
        if (left.empty()) return nullptr;
        auto* suite = left.front();
        left.pop_front();
        return suite;
    }

private:
    static std::deque<boost::unit_test::test_suite*> all() {
        std::deque<boost::unit_test::test_suite*> suites;
        for (const std::string& group : wanted_groups())
            for (const char* stage : {"eager", "gradient", "second", "static", "symbolic"})
                if (auto* suite = suite_of(group, stage)) suites.push_back(suite);
        return suites;
    }
};

/// Registers before main(), as BOOST_AUTO_TEST_CASE does.
[[maybe_unused]] const bool is_registered = [] {
    namespace ut = boost::unit_test;
    ut::framework::master_test_suite().add(boost::shared_ptr<ut::test_unit_generator>(new Suites),
                                           ut::decorator::collector_t::instance());
    return true;
}();

}  // namespace
}  // namespace lithe::tests::parity
