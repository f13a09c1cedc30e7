using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;

namespace RfBroadcast.AspNetCore;

/// <summary>Says what more is required of those who subscribe to channels of one pattern. Used while the app starts.</summary>
/// <remarks>
/// Requirements are checked against the connection's principal, before the handler is asked; the resource is the
/// <see cref="ChannelAuthContext"/>. Several calls add up.
/// </remarks>
public sealed class BroadcastChannelBuilder
{
    private readonly ChannelMapping _mapping;
    private readonly IServiceProvider _services;

    internal BroadcastChannelBuilder(ChannelMapping mapping, IServiceProvider services)
    {
        _mapping = mapping;
        _services = services;
    }

    /// <summary>Requires the app's policies; without a name, its default policy: somebody signed in.</summary>
    /// <param name="policies">Names of policies; all of them must be met.</param>
    /// <exception cref="InvalidOperationException">The app has no authorization services, or no such policy.</exception>
    public BroadcastChannelBuilder RequireAuthorization(params string[] policies)
    {
        ArgumentNullException.ThrowIfNull(policies);
        NeedAuthorizationServices();
        if (policies is [])
        {
            _mapping.Require(new AuthorizeAttribute());
        }

        foreach (var policy in policies)
        {
            ArgumentException.ThrowIfNullOrEmpty(policy, nameof(policies));
            ChannelPolicies.NeedPolicy(_mapping.Pattern, policy, _services);
            _mapping.Require(new AuthorizeAttribute(policy));
        }

        return this;
    }

    /// <summary>Requires a policy that is made here.</summary>
    /// <param name="configure">Makes the policy.</param>
    /// <exception cref="InvalidOperationException">The app has no authorization services.</exception>
    public BroadcastChannelBuilder RequireAuthorization(Action<AuthorizationPolicyBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        NeedAuthorizationServices();
        var policy = new AuthorizationPolicyBuilder();
        configure(policy);
        _mapping.Require(policy.Build());
        return this;
    }

    /// <summary>Requires one of these roles.</summary>
    /// <param name="roles">Names of roles; one of them is enough.</param>
    /// <exception cref="InvalidOperationException">The app has no authorization services.</exception>
    public BroadcastChannelBuilder RequireRole(params string[] roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        return RequireAuthorization(policy => policy.RequireRole(roles));
    }

    /// <summary>
    /// Opens the public channels whose names match, too, without asking the handler. By default they are closed, because a
    /// forgotten <c>private-</c> must not open a private topic.
    /// </summary>
    public BroadcastChannelBuilder AllowPublic()
    {
        _mapping.AllowPublic();
        return this;
    }

    private void NeedAuthorizationServices()
    {
        if (!_services.GetRequiredService<IServiceProviderIsService>().IsService(typeof(IAuthorizationService)))
        {
            throw new InvalidOperationException(
                $"The channel pattern \"{_mapping.Pattern.Text}\" requires authorization, and the app has no authorization services. "
                + "Call builder.Services.AddAuthorization().");
        }
    }
}
