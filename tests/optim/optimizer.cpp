#include "dsl/optim/optimizer.h"

#include <cmath>
#include <sstream>

#include "dsl/io/archive.h"
#include "dsl/optim/adam.h"
#include "dsl/optim/lbfgs.h"
#include "dsl/optim/rmsprop.h"
#include "dsl/optim/sgd.h"
#include "tests/support/tensors.h"

namespace lithe::tests {
namespace {

Tensor parameter(double value, DType dtype = DType::f64) {
    Tensor x = full({2}, value, dtype);
    x.requires_grad_();
    return x;
}

/// `count` steps on the loss x^2 / 2 summed, whose gradient is x.
template <class Optimizer>
double after_steps(Optimizer& optimizer, Tensor& x, int count) {
    for (int i = 0; i < count; ++i) {
        optimizer.zero_grad();
        sum(x * x * 0.5).backward();
        optimizer.step();
    }
    return x.array().at(1);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(optimizer)

BOOST_AUTO_TEST_CASE(sgd_follows_its_formula) {
    Tensor x = parameter(1);
    optim::SGD plain({x}, optim::SGDOptions(0.1).weight_decay(0.5));
    BOOST_CHECK_CLOSE(after_steps(plain, x, 2), 0.85 * 0.85, 1e-10);

    Tensor y = parameter(1);
    optim::SGD nesterov({y}, optim::SGDOptions(0.1).momentum(0.9).nesterov(true));
    double want = 1, buffer = 0;
    for (int i = 0; i < 3; ++i) {
        const double g = want;
        buffer = i == 0 ? g : 0.9 * buffer + g;
        want -= 0.1 * (g + 0.9 * buffer);
    }
    BOOST_CHECK_CLOSE(after_steps(nesterov, y, 3), want, 1e-10);

    Tensor z = parameter(1);
    optim::SGD damped({z}, optim::SGDOptions(0.1).momentum(0.9).dampening(0.25).maximize(true));
    want = 1;
    for (int i = 0; i < 3; ++i) {
        buffer = i == 0 ? -want : 0.9 * buffer - 0.75 * want;
        want -= 0.1 * buffer;
    }
    BOOST_CHECK_CLOSE(after_steps(damped, z, 3), want, 1e-10);
}

BOOST_AUTO_TEST_CASE(adam_and_adamw_follow_their_formulas) {
    const auto expected = [](bool decoupled, bool amsgrad) {
        double x = 1, m = 0, v = 0, largest = 0;
        for (int t = 1; t <= 5; ++t) {
            double g = x;
            if (decoupled)
                x *= 1 - 0.1 * 0.2;
            else
                g += 0.2 * x;
            m = 0.8 * m + 0.2 * g;
            v = 0.9 * v + 0.1 * g * g;
            largest = std::max(largest, v);
            const double root = std::sqrt(amsgrad ? largest : v) / std::sqrt(1 - std::pow(0.9, t));
            x -= 0.1 / (1 - std::pow(0.8, t)) * m / (root + 1e-8);
        }
        return x;
    };
    for (const bool amsgrad : {false, true}) {
        Tensor x = parameter(1), y = parameter(1);
        optim::Adam adam(
            {x}, optim::AdamOptions(0.1).betas({0.8, 0.9}).weight_decay(0.2).amsgrad(amsgrad));
        BOOST_CHECK_CLOSE(after_steps(adam, x, 5), expected(false, amsgrad), 1e-9);
        optim::AdamW adamw(
            {y}, optim::AdamWOptions(0.1).betas({0.8, 0.9}).weight_decay(0.2).amsgrad(amsgrad));
        BOOST_CHECK_CLOSE(after_steps(adamw, y, 5), expected(true, amsgrad), 1e-9);
    }
}

BOOST_AUTO_TEST_CASE(a_parameter_that_is_given_twice_is_an_error) {
    const Tensor x = parameter(1);
    check_error("optim.duplicate_parameter", [&] { optim::SGD({x, x}, 0.1); });
    optim::SGD once({x}, 0.1);
    check_error("optim.duplicate_parameter", [&] { once.add_parameters({x}); });
    check_error("optim.parameter", [&] { optim::SGD(Tensors{}, 0.1); });
    check_error("optim.parameter", [&] { optim::SGD({x * 2}, 0.1); });
    check_error("optim.options", [&] { optim::SGD({x}, -1.0); });
    check_error("optim.options", [&] { optim::SGD({x}, optim::SGDOptions(1).nesterov(true)); });
}

BOOST_AUTO_TEST_CASE(groups_have_options_of_their_own) {
    Tensor x = parameter(1), y = parameter(1), unused = parameter(1);
    optim::SGD optimizer({x, unused}, 0.5);
    optimizer.add_param_group({{y}, std::make_unique<optim::SGDOptions>(0.25)});
    optimizer.param_groups()[0].options().set_lr(0.125);
    sum(x + y).backward();
    optimizer.step();
    BOOST_CHECK_EQUAL(x.array().at(0), 0.875);
    BOOST_CHECK_EQUAL(y.array().at(0), 0.75);
    BOOST_CHECK_EQUAL(unused.array().at(0), 1);
}

BOOST_AUTO_TEST_CASE(groups_take_what_they_do_not_set_from_the_optimizer) {
    std::vector<optim::OptimizerParamGroup> groups;
    groups.emplace_back(Tensors{parameter(1)}, optim::AdamOptions(0.5).eps(1e-3));
    groups.emplace_back(Tensors{parameter(1)});
    optim::Adam optimizer(groups, optim::AdamOptions(0.1).weight_decay(0.2).eps(1e-4));
    optimizer.add_param_group({{parameter(1)}, optim::AdamOptions().amsgrad(true)});
    const auto options = [&](size_t group) -> optim::AdamOptions& {
        return dynamic_cast<optim::AdamOptions&>(optimizer.param_groups()[group].options());
    };
    for (size_t group = 0; group < 3; ++group) {
        BOOST_CHECK_EQUAL(options(group).lr(), group == 0 ? 0.5 : 0.1);
        BOOST_CHECK_EQUAL(options(group).eps(), group == 0 ? 1e-3 : 1e-4);
        BOOST_CHECK_EQUAL(options(group).weight_decay(), 0.2);
        BOOST_CHECK_EQUAL(options(group).amsgrad(), group == 2);
    }
}

BOOST_AUTO_TEST_CASE(groups_keep_what_they_set_to_a_default) {
    std::vector<optim::OptimizerParamGroup> groups;
    groups.push_back({Tensors{parameter(1)}, optim::RMSpropOptions(1e-2).momentum(0)});
    groups.push_back({Tensors{parameter(1)}, optim::RMSpropOptions().lr(1e-2)});
    groups.push_back({Tensors{parameter(1)}});
    optim::RMSprop optimizer(groups, optim::RMSpropOptions(0.5).momentum(0.9));
    optimizer.add_param_group({{parameter(1)}, optim::RMSpropOptions()});
    const auto options = [&](size_t group) -> optim::RMSpropOptions& {
        return dynamic_cast<optim::RMSpropOptions&>(optimizer.param_groups()[group].options());
    };
    for (size_t group = 0; group < 4; ++group) {
        BOOST_CHECK_EQUAL(options(group).lr(), group < 2 ? 1e-2 : 0.5);
        BOOST_CHECK_EQUAL(options(group).momentum(), group == 0 ? 0 : 0.9);
    }
    optim::AdamW weights({parameter(1)}, optim::AdamWOptions(0.1).betas({0.5, 0.5}));
    weights.add_param_group({{parameter(1)}, optim::AdamWOptions(1e-3).weight_decay(1e-2)});
    const auto& last = dynamic_cast<optim::AdamWOptions&>(weights.param_groups()[1].options());
    BOOST_CHECK_EQUAL(last.lr(), 1e-3);
    BOOST_CHECK_EQUAL(std::get<0>(last.betas()), 0.5);
}

BOOST_AUTO_TEST_CASE(state_goes_through_an_archive_beside_a_model_s) {
    Tensor x = parameter(1), y = parameter(1);
    optim::Adam first({x}, optim::AdamOptions(0.1).betas({0.5, 0.75}).amsgrad(true));
    after_steps(first, x, 3);
    std::stringstream stream;
    {
        serialize::OutputArchive archive, own;
        first.save(own);
        archive.write("x", x);
        archive.write("optimizer", own);
        archive.save_to(stream);
    }
    serialize::InputArchive archive, own;
    archive.load_from(stream);
    archive.read("optimizer", own);
    {
        const NoGradGuard no_grad;
        archive.read("x", y);
    }
    optim::Adam second({y}, 0.3);
    second.load(own);
    BOOST_CHECK_EQUAL(after_steps(first, x, 2), after_steps(second, y, 2));

    optim::LBFGS search({x}, optim::LBFGSOptions(0.5).line_search_fn("strong_wolfe")), fresh({x});
    serialize::OutputArchive words;
    search.save(words);
    std::stringstream text;
    words.save_to(text);
    serialize::InputArchive read;
    read.load_from(text);
    fresh.load(read);
    const auto& options = dynamic_cast<optim::LBFGSOptions&>(fresh.param_groups()[0].options());
    BOOST_CHECK_EQUAL(*options.line_search_fn(), "strong_wolfe");
    BOOST_CHECK(!options.max_eval());
    check_error("optim.load_state_dict", [&] { second.load(archive); });
}

BOOST_AUTO_TEST_CASE(damaged_archives_are_refused) {
    Tensor x = parameter(1);
    optim::Adam adam({x}, 0.1);
    after_steps(adam, x, 2);
    const double before = adam.param_groups()[0].options().get_lr();
    const auto load_with = [&](const std::string& key, const Tensor& value) {
        serialize::OutputArchive saved, archive;
        adam.save(saved);
        for (const auto& [name, tensor] : saved.content())
            if (name != key) archive.write(name, tensor);
        archive.write(key, value);
        std::stringstream stream;
        archive.save_to(stream);
        serialize::InputArchive read;
        read.load_from(stream);
        adam.load(read);
    };
    const Tensor nothing = zeros({0}, DType::f64);
    for (const char* key : {"param_groups.0.params", "state.0.numbers.step", "param_groups.7.lr",
                            "state.9.exp_avg", "state.x.exp_avg", "state.0", "param_groups.1."}) {
        BOOST_TEST_CONTEXT(key) {
            check_error("optim.load_state_dict", [&] { load_with(key, nothing); });
        }
    }
    for (const double size : {-1.0, 1e300, std::nan("")}) {
        check_error("optim.load_state_dict",
                    [&] { load_with("param_groups.0.params", full({}, size, DType::f64)); });
    }
    BOOST_TEST(adam.param_groups()[0].options().get_lr() == before);
}

BOOST_AUTO_TEST_CASE(state_moves_to_another_optimizer) {
    Tensor x = parameter(1), y = parameter(1);
    optim::Adam first({x}, 0.1), second({y}, 0.3);
    after_steps(first, x, 3);
    {
        const NoGradGuard no_grad;
        y.copy_(x);
    }
    second.load_state_dict(first.state_dict());
    BOOST_CHECK_EQUAL(after_steps(first, x, 2), after_steps(second, y, 2));
    Tensor z = parameter(1), w = parameter(1);
    optim::Adam other({z, w}, 0.1);
    check_error("optim.load_state_dict", [&] { other.load_state_dict(first.state_dict()); });
}

BOOST_AUTO_TEST_CASE(a_step_between_forward_and_backward_is_noticed) {
    Tensor x = parameter(1);
    optim::SGD optimizer({x}, 0.1);
    const Tensor loss = sum(x * x);
    loss.backward(/*gradient=*/{}, /*retain_graph=*/true);
    optimizer.step();
    check_error("backward.modified", [&] { loss.backward(); });
}

BOOST_AUTO_TEST_CASE(a_closure_computes_the_loss) {
    Tensor x = parameter(2);
    optim::SGD optimizer({x}, 0.5);
    const Tensor loss = optimizer.step([&] {
        optimizer.zero_grad();
        const Tensor value = sum(x * x);
        value.backward();
        return value;
    });
    BOOST_CHECK_EQUAL(loss.item<double>(), 8);
    BOOST_CHECK_EQUAL(x.array().at(0), 0);
}

BOOST_AUTO_TEST_CASE(pythons_options_about_how_a_step_runs_change_nothing) {
    const auto after = [](const optim::AdamOptions& options) {
        const Tensor x = tensor({1.0F, -2.0F}).requires_grad_();
        optim::Adam optimizer({x}, options);
        (x * x).sum().backward();
        optimizer.step();
        return x.detach().to_vector<float>();
    };
    const auto plain = after(optim::AdamOptions(0.1));
    BOOST_CHECK(after(optim::AdamOptions(0.1).foreach (true).fused(true).capturable(true)) ==
                plain);
    BOOST_CHECK(after(optim::AdamOptions(0.1).differentiable(false)) == plain);
    try {
        optim::SGDOptions(0.1).differentiable(true);
        BOOST_FAIL("not refused");
    } catch (const UserError& error) {
        BOOST_CHECK_EQUAL(error.id(), "optim.differentiable");
    }
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace lithe::tests
