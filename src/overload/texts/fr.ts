import type { PageTexts } from '../page-texts.ts';

export const fr: PageTexts = {
  language: 'fr',
  overload: {
    title: 'Un instant, s’il vous plaît',
    looking: 'Vous n’avez rien à faire : rien n’est perdu.',
    sending:
      'Ce que vous venez d’envoyer n’a pas été enregistré. Revenez en arrière avec votre navigateur (il garde en général votre saisie), gardez-en une copie et renvoyez-la un peu plus tard.',
    again: 'Merci de revenir dans {time}.',
    retrying: 'Cette page réessaie d’elle-même dans {time}.',
    resend: 'Vous pourrez renvoyer votre saisie dans {time}.',
    queue: 'En attente en ce moment : {waiting}.',
    contact: 'Des questions ?',
    back: 'Revenir à ma saisie',
    pause: 'Ne plus réessayer',
    resume: 'Réessayer tout seul',
    paused: 'Cette page ne réessaie plus d’elle-même.',
    trying: 'Nouvel essai …',
    ready: 'Vous pouvez renvoyer votre saisie maintenant.',
    reasons: {
      busy: {
        text: 'Ce site reçoit en ce moment plus de visites qu’il ne peut en servir à la fois. Rien n’est en panne ; il lui faut seulement un instant.',
      },
      full: {
        text: 'Beaucoup de personnes attendent déjà ce site. Rien n’est en panne ; il les sert l’une après l’autre.',
      },
      late: {
        text: 'Vous avez attendu plus longtemps qu’il ne faudrait : votre tour n’est pas venu à temps. Rien n’est en panne.',
      },
      starting: {
        text: 'Ce site est en train de démarrer. Il lui faut un instant avant de pouvoir répondre.',
      },
      closed: { title: 'De retour bientôt', text: 'Ce site est en cours d’entretien et revient bientôt.' },
      excess: {
        title: 'C’était un peu rapide',
        text: 'Beaucoup de requêtes sont venues de vous, ou de votre réseau, en peu de temps. D’autres passent d’abord.',
      },
    },
  },
  requestId: 'Requête',
  quoteIt: 'Merci de l’indiquer si vous écrivez au responsable du site.',
  errors: {
    400: {
      title: 'Cette requête n’a pas été comprise',
      text: 'Ce que votre navigateur a envoyé ne suit pas les règles du web. Vérifiez l’adresse ou repartez de la page d’accueil.',
    },
    403: {
      title: 'Cette page n’est pas ouverte à tous',
      text: 'Vous n’avez pas le droit de voir ce qui se trouve à cette adresse.',
    },
    404: {
      title: 'Il n’y a rien ici',
      text: 'Aucune page n’a cette adresse. Elle a peut-être changé, ou le lien suivi contient une erreur.',
    },
    405: { title: 'Ce n’est pas possible ici', text: 'Cette adresse n’accepte pas ce genre de requête.' },
    408: {
      title: 'C’était trop long',
      text: 'Votre requête n’est pas arrivée entière à temps. Vérifiez votre connexion et réessayez.',
    },
    411: { title: 'Il manque une longueur', text: 'La requête doit indiquer sa longueur (Content-Length).' },
    413: {
      title: 'C’est trop gros',
      text: 'Vous avez envoyé plus que ce site n’accepte à la fois, et rien n’a été enregistré. Essayez un fichier plus petit ou un texte plus court.',
    },
    414: {
      title: 'Cette adresse est trop longue',
      text: 'L’adresse a plus de caractères que ce site n’en accepte.',
    },
    417: {
      title: 'Une attente ne peut être satisfaite',
      text: 'La requête attend quelque chose que ce site n’offre pas.',
    },
    421: { title: 'Ce n’est pas la bonne porte', text: 'Ce serveur ne répond pas pour le site demandé.' },
    429: {
      title: 'C’était un peu rapide',
      text: 'Beaucoup de requêtes sont venues de vous en peu de temps. Attendez un instant, puis continuez.',
    },
    431: {
      title: 'La requête est trop chargée',
      text: 'Ses en-têtes sont plus gros que ce site n’en accepte. Effacer les cookies de ce site suffit souvent.',
    },
    500: {
      title: 'Une erreur s’est produite ici',
      text: 'Vous n’y êtes pour rien. L’erreur a été notée ; merci de réessayer plus tard.',
    },
    501: { title: 'Ce n’est pas encore possible', text: 'Le site ne connaît pas ce genre de requête.' },
    502: {
      title: 'Le site n’a pas donné de réponse correcte',
      text: 'Vous n’y êtes pour rien. Le programme derrière cette page a échoué ; merci de réessayer plus tard.',
    },
    503: {
      title: 'Le site n’est pas disponible',
      text: 'Vous n’y êtes pour rien. Merci de réessayer dans un instant.',
    },
    504: {
      title: 'Le site a mis trop de temps',
      text: 'Le programme derrière cette page n’a pas répondu à temps. Si vous avez envoyé quelque chose, vérifiez d’abord si c’est arrivé.',
    },
    505: { title: 'Cette version n’est pas parlée ici', text: 'Le site ne parle pas cette version de HTTP.' },
  },
};
