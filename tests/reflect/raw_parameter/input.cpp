#include <lithe/lithe.h>

using namespace lithe;

struct Wrong : nn::Module {
    Wrong(int width) : in_initializer(randn({width}) * 0.1), initialised(empty({width})) {
        in_body = 0.02 * randn({width, width});
        nn::init::xavier_uniform_(initialised);
        bias = zeros({width});
    }
    Tensor in_class = lithe::randn({3, 4});
    Tensor in_initializer, in_body, initialised, bias;
    Tensor m_weight = ones({3});
};

struct Right : nn::Module {
    Right() : registered(register_parameter("registered", randn({3}))), later(randn({3})) {
        register_parameter("later", later);
        gradient = randn({3});
        gradient.requires_grad_();
        buffer = register_buffer("buffer", randn({3}));
    }
    Tensor registered, later, gradient, buffer;
    Tensor by_option = randn({3}, TensorOptions().requires_grad(true));
    nn::Parameter parameter = nn::Parameter(randn({3}));
    nn::Buffer noise{randn({3})};
    Tensor cache = zeros({3});
    Tensor computed = parameter * 2;
    Tensor allowed = randn({3});  // NOLINT(reflect.raw_parameter)
};

struct NoModule {
    Tensor weight = randn({3});
};
